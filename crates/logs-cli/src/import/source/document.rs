//! One JSON document: itself a record, or records in an array somewhere inside, handed out as they
//! are read.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::limited::{self, Limited};
use super::{Found, MOST_BYTES, RawRecord, Unreadable, broken};
use crate::import::Location;
use crate::import::json::{Json, Values};

/// Hands out the items of the array at `path` (names of members from the top), or the whole
/// document when it is empty and the document is no array.
pub(super) fn read(
    reader: Box<dyn BufRead + Send>,
    path: &[String],
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    let left = Rc::new(Cell::new(MOST_BYTES));
    let mut walk = Walk {
        left: Rc::clone(&left),
        next: 0,
        stopped: false,
        take,
    };
    let mut json =
        serde_json::Deserializer::from_reader(BufReader::new(Limited::new(reader, left)));
    let walked = At {
        path,
        walk: &mut walk,
    }
    .deserialize(&mut json);
    let ended = walked.and_then(|()| if walk.stopped { Ok(()) } else { json.end() });
    match ended {
        Err(error) if error.is_io() && !limited::is_limit(&error) => {
            Err(Unreadable::Io(error.into()))
        }
        Err(error) if !walk.stopped => Err(broken(
            Location::Record(walk.next),
            format!("valid JSON ({error})"),
        )),
        Err(_) | Ok(()) => Ok(()),
    }
}

struct Walk<'t> {
    left: Rc<Cell<usize>>,
    next: u64,
    stopped: bool,
    take: &'t mut dyn FnMut(Found) -> bool,
}

impl Walk<'_> {
    fn hand_out(&mut self, value: Json) {
        self.left.set(MOST_BYTES);
        let location = Location::Record(self.next);
        self.next += 1;
        let text = value.to_string();
        self.stopped = !(self.take)(Ok(RawRecord {
            location,
            text,
            value,
        }));
    }
}

/// What is at the end of a path.
struct At<'p, 'w, 't> {
    path: &'p [String],
    walk: &'w mut Walk<'t>,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.first() {
            Some(name) => write!(formatter, "an object with the member {name:?}"),
            None => formatter.write_str("an array of records, or one record"),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, rest)) = self.path.split_first() else {
            let mut members: Vec<(String, Json)> = Vec::new();
            let mut names = HashSet::new();
            let mut values = Values::default();
            while let Some(name) = map.next_key::<String>()? {
                if !names.insert(name.clone()) {
                    return Err(A::Error::custom(format!("duplicate key {name:?}")));
                }
                members.push((name, map.next_value_seed(&mut values)?));
            }
            self.walk.hand_out(Json::Object(members));
            return Ok(());
        };
        let mut found = false;
        while let Some(member) = map.next_key::<String>()? {
            if member != *name {
                map.next_value::<IgnoredAny>()?;
                self.walk.left.set(MOST_BYTES);
                continue;
            }
            if found {
                return Err(A::Error::custom(format!("duplicate key {name:?}")));
            }
            found = true;
            map.next_value_seed(At {
                path: rest,
                walk: self.walk,
            })?;
            if self.walk.stopped {
                return Err(A::Error::custom("stopped"));
            }
        }
        if found {
            Ok(())
        } else {
            Err(A::Error::custom(format!("no member {name:?}")))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if !self.path.is_empty() {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        while let Some(value) = seq.next_element::<Json>()? {
            self.walk.hand_out(value);
            if self.walk.stopped {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};

    use super::read;

    fn shown_of(reader: Box<dyn std::io::BufRead + Send>, path: &[&str]) -> Vec<String> {
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        let mut shown = Vec::new();
        let ended = read(reader, &path, &mut |found| {
            shown.push(match found {
                Ok(record) => format!("{}: {}", record.location, record.value),
                Err((bad, _)) => bad.to_string(),
            });
            true
        });
        shown.extend(ended.err().map(|broken| broken.to_string()));
        shown
    }

    fn shown(text: &str, path: &[&str]) -> Vec<String> {
        shown_of(Box::new(Cursor::new(text.to_owned().into_bytes())), path)
    }

    #[test]
    fn items_of_an_array_at_any_place_are_records() {
        let text = r#"{"x":[1],"a":{"Records":[{"n":1},{"n":2.0}]},"y":2}"#;
        assert_eq!(
            shown(text, &["a", "Records"]),
            ["record 0: {\"n\":1}", "record 1: {\"n\":2.0}"]
        );
        assert_eq!(shown("[{\"n\":1}]", &[]), ["record 0: {\"n\":1}"]);
        assert_eq!(shown("{\"n\":1}", &[]), ["record 0: {\"n\":1}"]);
    }

    #[test]
    fn a_truncated_document_gives_its_whole_records_and_an_error() {
        let found = shown(r#"{"Records":[{"n":1},{"n":"#, &["Records"]);
        assert_eq!(found[0], "record 0: {\"n\":1}");
        assert!(
            found[1].contains("record 1") && found[1].contains("EOF"),
            "{}",
            found[1]
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_path_that_leads_nowhere_is_an_error() {
        assert!(shown("{\"a\":1}", &["Records"])[0].contains("no member \"Records\""));
        assert!(shown("{\"Records\":7}", &["Records"])[0].contains("array of records"));
        assert!(shown("[]", &["Records"])[0].contains("\"Records\""));
        assert!(shown("", &[])[0].contains("EOF"));
        assert!(shown("{} {}", &[])[1].contains("trailing"));
    }

    #[test]
    fn a_record_without_end_is_refused_without_keeping_it() {
        let start: &[u8] = b"[{\"a\":\"";
        let endless = std::io::repeat(b'x').take(1 << 40);
        let found = shown_of(Box::new(BufReader::new(start.chain(endless))), &[]);
        assert!(found[0].contains("longer than 32 MiB"), "{}", found[0]);
    }
}
