//! Where a client does not say what happened. The store says what the client said.

use super::run::Run;

/// A scenario in which clients do not tell the truth.
pub(super) struct Deviation {
    clients: &'static [&'static str],
    scenario: &'static str,
    pub(super) reason: &'static str,
    /// Makes what the clients said of the truth.
    pub(super) said: fn(&mut Vec<Run>),
}

const DEVIATIONS: &[Deviation] = &[];

/// The deviations of a client in a scenario.
pub(super) fn of(client: &str, scenario: &str) -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS
        .iter()
        .filter(move |known| known.scenario == scenario && known.clients.contains(&client))
}
