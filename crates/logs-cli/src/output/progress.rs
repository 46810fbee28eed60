//! How far long work is, for a person who watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many steps, or a spinner where nobody knows how many there are; nothing where standard
/// error is no terminal. The template is one of indicatif.
pub(crate) fn progress(is_terminal: bool, steps: Option<u64>, template: &str) -> ProgressBar {
    if !is_terminal {
        return ProgressBar::hidden();
    }
    let bar = steps.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
