//! Running other programs from the root of the workspace.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// The root of the workspace.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.map(Path::to_path_buf)
        .context("xtask has a parent folder")
}

/// Cargo, to be run at the root of the workspace.
pub(crate) fn cargo<I, S>(arguments: I) -> anyhow::Result<Command>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root()?);
    Ok(command)
}

/// Runs a command with its output shown.
///
/// # Errors
/// When it cannot be started, or ends with another code than 0.
pub(crate) fn run(mut command: Command) -> anyhow::Result<()> {
    let shown = shown(&command);
    println!("$ {shown}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// What a command prints, whatever its exit code, and whether that was 0.
pub(crate) fn output(mut command: Command) -> anyhow::Result<(String, bool)> {
    let shown = shown(&command);
    let output = command
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((
        String::from_utf8_lossy(&text).into_owned(),
        output.status.success(),
    ))
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
