//! The command line as people and programs use it.

#[cfg(test)]
mod queries;
#[cfg(test)]
mod support;
