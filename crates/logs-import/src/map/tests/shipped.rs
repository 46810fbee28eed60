//! Whatever a file contains, the maps of the crate make drafts or refusals.

use proptest::prelude::*;

use super::{context, raw};
use crate::map::shipped;
use crate::source::{Form, read};
use crate::{Map, MapRun};

thread_local! {
    static MAPS: std::rc::Rc<Vec<(&'static str, Map)>> = {
        let maps = shipped::MAPS.iter();
        std::rc::Rc::new(maps.map(|(_, program)| (*program, Map::parse(program).unwrap())).collect())
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a file contains, a map makes drafts or refusals.
    #[test]
    fn shipped_maps_never_panic(text in "[\\[\\]{}\",:\\\\a-z0-9.eu \n-]{0,120}", names in proptest::collection::vec(any::<u16>(), 1..6), value in json()) {
        let maps = MAPS.with(std::rc::Rc::clone);
        for (program, map) in maps.iter() {
            let mut run = MapRun::new(map, context());
            let words: Vec<&str> = program.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.len() > 1).collect();
            let members: serde_json::Map<_, _> = names.iter().map(|n| (words[usize::from(*n) % words.len()].to_owned(), value.clone())).collect();
            let record = serde_json::Value::from(members).to_string();
            for json in [record.as_str(), &text] {
                run.translate(&raw(json), 0);
            }
            for form in [Form::Lines, Form::Document(vec![]), Form::Csv { delimiter: b',', columns: None }] {
                let reader = Box::new(std::io::Cursor::new(text.clone().into_bytes()));
                let _ = read(reader, &form, &mut |found| {
                    let _ = found.map(|found| run.translate(&found, 1));
                    true
                });
            }
        }
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[ -~é]{0,12}".prop_map(Into::into),
        Just("2026-01-01T00:00:00Z".into()),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::hash_map(
                "(id|type|usage|name|message|content|input|output|total|[a-z]{1,4})",
                inner,
                0..4
            )
            .prop_map(|members| members
                .into_iter()
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}
