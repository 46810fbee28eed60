//! The packages of the clients: virtual environments of Python and folders of npm below the target directory.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::client::{Client, Packages};
use crate::process;

pub(crate) const PYTHON: &str = "python3";

/// What has been installed, and where.
pub(super) struct Environments {
    scripts: PathBuf,
    target: PathBuf,
    /// Those that this process found or made ready.
    ready: Vec<Packages>,
}

impl Environments {
    pub(super) const fn new(scripts: PathBuf, target: PathBuf) -> Self {
        Self {
            scripts,
            target,
            ready: Vec::new(),
        }
    }

    /// The program of a client, its packages installed.
    ///
    /// # Errors
    /// pip or npm cannot install the packages, for example because no registry answers.
    pub(super) fn program(&mut self, client: &Client) -> anyhow::Result<Command> {
        let is_ready = self.ready.contains(&client.packages);
        let mut program = match client.packages {
            Packages::Python(name) => {
                let environment = self.target.join("python").join(name);
                let folder = self.scripts.join("python");
                if !is_ready {
                    python(&folder.join(name).join("requirements.txt"), &environment)?;
                }
                let mut program = Command::new(environment.join("bin/python"));
                program.current_dir(&folder).env("PYTHONPATH", &folder);
                program
            }
            Packages::Node(name) => {
                let environment = self.target.join("node").join(name);
                let folder = self.scripts.join("node").join(name);
                if !is_ready {
                    node(&folder, &environment)?;
                }
                // A script finds packages beside itself.
                copy(&folder, &environment, &["client.mjs"])?;
                let mut program = Command::new("node");
                program.current_dir(&environment);
                program
            }
        };
        if !is_ready {
            self.ready.push(client.packages);
        }
        // Compiled files do not belong among the scripts.
        program
            .args(client.words)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        Ok(program)
    }
}

/// Makes a virtual environment with these packages, if there is none.
pub(crate) fn python(requirements: &Path, environment: &Path) -> anyhow::Result<()> {
    let wanted = std::fs::read(requirements).context("the list of packages")?;
    let installed = environment.join("requirements.txt");
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let mut make = Command::new(PYTHON);
    make.args(["-m", "venv", "--clear"]).arg(environment);
    process::run(make).context("a virtual environment of Python")?;
    let mut install = Command::new(environment.join("bin/python"));
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--requirement",
        ])
        .arg(requirements);
    process::run(install).context("pip cannot install the packages: does its registry answer?")?;
    // Written last: an installation that was cut is made again.
    std::fs::write(installed, wanted).context("the list of installed packages")
}

/// Makes a folder of npm with these packages, if there is none.
fn node(folder: &Path, environment: &Path) -> anyhow::Result<()> {
    let wanted = std::fs::read(folder.join("package-lock.json")).context("the list of packages")?;
    let installed = environment.join("installed.json");
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    std::fs::create_dir_all(environment).context("a folder for npm")?;
    copy(folder, environment, &["package.json", "package-lock.json"])?;
    let mut install = Command::new("npm");
    install
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(environment);
    process::run(install).context("npm cannot install the packages: does its registry answer?")?;
    std::fs::write(installed, wanted).context("the list of installed packages")
}

fn copy(from: &Path, to: &Path, names: &[&str]) -> anyhow::Result<()> {
    for name in names {
        std::fs::copy(from.join(name), to.join(name)).with_context(|| format!("copying {name}"))?;
    }
    Ok(())
}
