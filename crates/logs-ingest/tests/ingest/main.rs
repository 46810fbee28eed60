//! The ingest in front of a scripted writer, and of the memory store.

mod admission;
mod clients;
mod combining;
mod deadline;
mod fairness;
mod poison;
mod property;
mod scripted;
mod shutdown;
mod splitting;
