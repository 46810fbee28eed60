//! Tables for people.

use std::time::Duration;

use crate::appends::Rounds;
use crate::arguments::Size;
use crate::meter::Usage;
use crate::statistics::Spread;

/// The head of a table.
pub(crate) fn head(title: &str, unit: &str, baselines: &[&str]) {
    let compared = baselines.iter().map(|baseline| format!("{baseline:>29}"));
    let compared: String = compared.collect();
    println!("\n{title}");
    println!("{:<37} {:>26}{compared}", "", format!("µs per {unit}"));
    let times = format!("{:>8} {:>8} {:>8}", "clock", "client", "server");
    let ratios = "     clock (quarters)      CPU".repeat(baselines.len());
    println!("{:<37} {times}{ratios}", "");
}

/// The lines of one size: each baseline, and what the store did beside each of them.
pub(crate) fn lines(size: Size, baselines: &[&str], rounds: &Rounds) {
    let units = size.records * size.appends;
    let is_baseline = |name: &&String| baselines.contains(&name.as_str());
    let (first, others): (Vec<_>, Vec<_>) = rounds.keys().partition(|name| is_baseline(name));
    for name in first.into_iter().chain(others) {
        line(
            &format!("{:>6} {name}", size.records),
            name,
            baselines,
            rounds,
            units,
        );
    }
}

/// What a subject took, and for a store how often it could do so in the time of each baseline.
pub(crate) fn line(title: &str, name: &str, baselines: &[&str], rounds: &Rounds, units: usize) {
    let none = Vec::new();
    let usages = rounds.get(name).unwrap_or(&none);
    let micros = |of: fn(&Usage) -> Duration| {
        let values = usages
            .iter()
            .map(|usage| of(usage).as_secs_f64() * 1e6 / units as f64);
        Spread::of(values.collect()).median
    };
    let mut compared = String::new();
    if !baselines.contains(&name) {
        for baseline in baselines {
            let baseline = rounds.get(*baseline).unwrap_or(&none);
            let wall = ratios(baseline, usages, |usage: &Usage| usage.wall);
            let processors = ratios(baseline, usages, Usage::processors).median;
            let quarters = format!("({:.2} to {:.2})", wall.low, wall.high);
            compared.push_str(&format!(
                "{:>7.2} {quarters:>14} {processors:>6.2}",
                wall.median
            ));
        }
    }
    println!(
        "{title:<37} {:>8.2} {:>8.2} {:>8.2}{compared}",
        micros(|usage| usage.wall),
        micros(|usage| usage.client),
        micros(|usage| usage.server),
    );
}

/// The head of a table of growth.
pub(crate) fn growth_head(backend: &str, sizes: &[String]) {
    let columns: String = sizes.iter().map(|size| format!("{size:>15}")).collect();
    println!(
        "\ngrowth of {backend}, µs by the clock; speed of the largest as part of the smallest"
    );
    println!("{:<37} {columns}     clock (quarters)      CPU", "");
}

/// What some work took in stores of growing size, and how fast the largest is beside the smallest.
pub(crate) fn growth_line(title: &str, sizes: &[String], rounds: &Rounds, units: usize) {
    let none = Vec::new();
    let of = |size: &String| rounds.get(size).unwrap_or(&none);
    let mut columns = String::new();
    for size in sizes {
        let micros = of(size)
            .iter()
            .map(|usage| usage.wall.as_secs_f64() * 1e6 / units as f64);
        columns.push_str(&format!("{:>15.2}", Spread::of(micros.collect()).median));
    }
    let (first, last) = (
        sizes.first().map_or(&none, of),
        sizes.last().map_or(&none, of),
    );
    let wall = ratios(first, last, |usage: &Usage| usage.wall);
    let processors = ratios(first, last, Usage::processors).median;
    let quarters = format!("({:.2} to {:.2})", wall.low, wall.high);
    println!(
        "{title:<37} {columns} {:>5.2} {quarters:>14} {processors:>6.2}",
        wall.median
    );
}

/// How often `usages` could be done in the time of the baseline, round by round.
pub(crate) fn ratios(baseline: &[Usage], usages: &[Usage], of: fn(&Usage) -> Duration) -> Spread {
    let rounds = baseline.iter().zip(usages);
    let ratio = |(baseline, usage)| of(baseline).as_secs_f64() / of(usage).as_secs_f64();
    Spread::of(rounds.map(ratio).collect())
}
