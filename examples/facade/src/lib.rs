#![doc = include_str!("../README.md")]

mod run_story;

pub use run_story::{RunStories, RunStory};
