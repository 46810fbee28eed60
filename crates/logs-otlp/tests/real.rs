//! What real clients sent, against what they did. The data set may be absent; a run says whether it was.

#[path = "real/bodies.rs"]
mod bodies;
#[path = "real/truth.rs"]
mod truth;
