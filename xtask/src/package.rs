//! `cargo xtask package`: packs every crate that is published, and builds each from its own archive,
//! with its siblings from theirs. Nothing is uploaded.

use anyhow::Context;
use serde_json::Value;

use crate::process;

/// Packs and builds the published crates.
pub(crate) fn run() -> anyhow::Result<()> {
    let metadata = process::cargo(["metadata", "--no-deps", "--format-version", "1"])?.output()?;
    let metadata: Value = serde_json::from_slice(&metadata.stdout).context("cargo metadata")?;
    let published = published(&metadata).context("the packages of the workspace")?;
    // What was not committed yet is packed too: that is what is being tried out.
    let mut package = process::cargo(["package", "--allow-dirty"])?;
    for name in &published {
        package.args(["--package", name]);
    }
    process::run(package)?;
    println!("{} crates build from their archives", published.len());
    Ok(())
}

/// The crates whose manifest does not say `publish = false`, which Cargo shows as no registries.
fn published(metadata: &Value) -> Option<Vec<String>> {
    let packages = metadata["packages"].as_array()?.iter();
    let published = packages.filter(|package| package["publish"].is_null());
    published
        .map(|package| Some(package["name"].as_str()?.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::published;

    #[test]
    fn crates_that_say_no_are_left_out() {
        let metadata = json!({"packages": [
            {"name": "a", "publish": null},
            {"name": "b", "publish": []},
        ]});
        assert_eq!(published(&metadata), Some(vec!["a".to_owned()]));
        assert_eq!(published(&json!({})), None);
    }
}
