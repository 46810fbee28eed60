//! `logs serve` as a process that is killed and ended while clients send to it.

#[cfg(test)]
mod agents;
#[cfg(test)]
mod client;
#[cfg(test)]
mod comparison;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod load;
#[cfg(test)]
mod process;
#[cfg(test)]
mod reload;
#[cfg(test)]
mod terminate;
