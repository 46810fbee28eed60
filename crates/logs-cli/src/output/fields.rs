//! One record, a field on each line.

use std::fmt::Display;
use std::io::{self, Write};

use logs_domain::Timestamp;

use super::cell::{printable, time};

/// The fields of a record with their names, one on each line; fields without a value are left out.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// Adds a field.
    pub(crate) fn add(mut self, name: &'static str, value: impl Display) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// Adds a field that may be unknown.
    pub(crate) fn add_optional(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    /// Adds a quantity with its unit, or says that it is unknown.
    pub(crate) fn add_quantity(
        self,
        name: &'static str,
        value: Option<impl Display>,
        unit: &str,
    ) -> Self {
        match value {
            Some(value) => self.add(name, format!("{value} {unit}")),
            None => self.add(name, "unknown"),
        }
    }

    /// Adds a time.
    pub(crate) fn add_time(self, name: &'static str, value: Timestamp) -> Self {
        self.add(name, time(value))
    }

    /// Writes them. Further lines of a value stand below its first one.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in &self.0 {
            let value = printable(value);
            let mut lines = value.lines();
            writeln!(out, "{name:width$}  {}", lines.next().unwrap_or(""))?;
            for line in lines {
                writeln!(out, "{:width$}  {line}", "")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn values_stand_in_one_column_and_obey_nothing() {
        let mut out = Vec::new();
        Fields::default()
            .add("a", "one\ntwo\u{1b}c")
            .add_quantity("longer", Some(5), "ms")
            .add_quantity("cost", None::<u8>, "USD")
            .add_optional("absent", None::<u8>)
            .write(&mut out)
            .unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(
            shown,
            "a       one\n        two\\u{1b}c\nlonger  5 ms\ncost    unknown\n"
        );
    }
}
