//! Tables for people.

use std::time::Duration;

use crate::appends::Rounds;
use crate::arguments::Size;
use crate::meter::Usage;
use crate::statistics::Spread;

/// The head of a table of appends.
pub(crate) fn head(title: &str) {
    println!("\n{title}");
    println!(
        "{:<30} {:>13} {:>11} {:>11} {:>24} {:>9}",
        "", "µs/record", "client CPU", "server CPU", "speed, of the floor", "of its CPU"
    );
}

/// The lines of one size: each floor, and what the store did beside the first of them.
pub(crate) fn lines(size: Size, floors: &[&'static str], rounds: &Rounds) {
    let units = (size.records * size.appends) as f64;
    let none = Vec::new();
    let first = floors.first().and_then(|floor| rounds.get(floor));
    for (name, usages) in rounds.iter().filter(|(name, _)| floors.contains(name)) {
        line(size, name, usages, units, "");
    }
    for (name, usages) in rounds.iter().filter(|(name, _)| !floors.contains(name)) {
        let floor = first.unwrap_or(&none);
        let wall = ratios(floor, usages, |usage: &Usage| usage.wall);
        let processors = ratios(floor, usages, Usage::processors);
        let compared = format!(
            "{:>9.2} ({:.2} to {:.2}) {:>9.2}",
            wall.median, wall.low, wall.high, processors.median
        );
        line(size, name, usages, units, &compared);
    }
}

fn line(size: Size, name: &str, usages: &[Usage], units: f64, compared: &str) {
    let micros = |of: fn(&Usage) -> Duration| {
        let values = usages
            .iter()
            .map(|usage| of(usage).as_secs_f64() * 1e6 / units);
        Spread::of(values.collect())
    };
    println!(
        "{:>6} {:<23} {:>13.2} {:>11.2} {:>11.2} {compared}",
        size.records,
        name,
        micros(|usage| usage.wall).median,
        micros(|usage| usage.client).median,
        micros(|usage| usage.server).median,
    );
}

/// How often `usages` could be done in the time of the floor, round by round.
pub(crate) fn ratios(floor: &[Usage], usages: &[Usage], of: fn(&Usage) -> Duration) -> Spread {
    let rounds = floor.iter().zip(usages);
    let ratio = |(floor, usage)| of(floor).as_secs_f64() / of(usage).as_secs_f64();
    Spread::of(rounds.map(ratio).collect())
}
