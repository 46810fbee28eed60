//! What real clients sent, against what they did. The data set may be absent; a run says whether it was.

#[path = "real/bodies.rs"]
mod bodies;
#[path = "real/content.rs"]
mod content;
#[path = "real/deviations.rs"]
mod deviations;
#[path = "real/read.rs"]
mod read;
#[path = "real/scenario.rs"]
mod scenario;
#[path = "real/truth.rs"]
mod truth;
