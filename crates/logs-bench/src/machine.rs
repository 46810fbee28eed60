//! What the numbers were measured on.

use anyhow::Context;

use crate::data::Population;

pub(crate) fn describe(population: &Population) {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("an unknown model", |line| {
            line.trim_start_matches([' ', '\t', ':'])
        });
    let build = if cfg!(debug_assertions) {
        "a debug build: its numbers say nothing"
    } else {
        "a release build"
    };
    println!("machine: {processors} processors ({model}), {build}");
    println!("data: {}", population.described);
}

/// Prints how busy the machine is: figures of a machine with other work are ratios at best.
pub(crate) fn load() -> anyhow::Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg").context("reading /proc/loadavg")?;
    let averages: Vec<&str> = load.split(' ').take(3).collect();
    println!("load of the machine: {}", averages.join(", "));
    Ok(())
}

/// The megabytes of memory that a process has, and the most that it had.
pub(crate) fn memory(process: u32) -> anyhow::Result<(f64, f64)> {
    let path = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.trim_end_matches("kB").trim().parse::<f64>().ok());
        number.map(|kibibytes| kibibytes / 1024.0).context("memory")
    };
    Ok((megabytes("VmRSS:")?, megabytes("VmHWM:")?))
}
