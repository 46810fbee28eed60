//! `cargo xtask tidy`: the repository's own rules, each in a file of its own.

mod commands;
mod dependencies;
mod file_lengths;
mod files;
mod imports;
mod lints;
mod migrations;
mod sentences;
mod toolchain;

use anyhow::bail;

/// What a rule found: one sentence for each violation.
type Violations = Vec<String>;

/// Checks every rule and reports all violations.
pub(crate) fn run() -> anyhow::Result<()> {
    let rules = [
        ("dependencies point inwards", dependencies::check()?),
        (
            "every crate inherits the workspace's lints",
            lints::check()?,
        ),
        ("imports form no circle", imports::check()?),
        ("files are short", file_lengths::check()?),
        (
            "released migrations are unchanged and record tables are not rewritten",
            migrations::check()?,
        ),
        (
            "the pinned toolchain is the oldest promised one",
            toolchain::check()?,
        ),
        ("commands in the documentation exist", commands::check()?),
        (
            "sentences of the documentation are short",
            sentences::check()?,
        ),
    ];
    let mut violated = 0;
    for (rule, violations) in rules {
        let mark = if violations.is_empty() {
            "ok"
        } else {
            "VIOLATED"
        };
        println!("tidy: {rule} ... {mark}");
        for violation in &violations {
            println!("    {violation}");
        }
        violated += violations.len();
    }
    if violated > 0 {
        bail!("{violated} violations of the repository's rules");
    }
    Ok(())
}
