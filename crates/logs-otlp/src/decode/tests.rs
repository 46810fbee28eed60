//! What bodies give, and which are refused.

mod bodies;
#[path = "../../tests/real/bodies.rs"]
mod bodies_at_hand;
mod limits;
mod oracle;
mod real;
