//! Flags whose values are the words of a closed set.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use logs_domain::InvalidValue;

/// Takes one of the words of a closed set; help and completions list them.
pub(crate) fn one_of<T>(all: &[T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + std::str::FromStr<Err = InvalidValue> + Send + Sync + 'static,
{
    let words: Vec<&'static str> = all.iter().map(|member| word(*member)).collect();
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}
