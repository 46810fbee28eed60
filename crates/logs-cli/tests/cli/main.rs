//! The command line as people and programs use it.

#[cfg(test)]
mod admin;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod damaged;
#[cfg(test)]
mod export;
#[cfg(test)]
mod help;
#[cfg(test)]
mod import;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod process;
#[cfg(test)]
mod queries;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod room;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod support;
mod wrong_usage;
