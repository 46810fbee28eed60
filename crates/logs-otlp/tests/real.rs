//! What real clients sent, against what they did. The data set may be absent; a run says whether it was.

#[cfg(test)]
#[path = "real/bodies.rs"]
mod bodies;
#[cfg(test)]
#[path = "real/content.rs"]
mod content;
#[cfg(test)]
#[path = "real/deviations.rs"]
mod deviations;
#[cfg(test)]
#[path = "real/read.rs"]
mod read;
#[cfg(test)]
#[path = "real/scenario.rs"]
mod scenario;
#[cfg(test)]
#[path = "real/truth.rs"]
mod truth;
