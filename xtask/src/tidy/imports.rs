//! Inside a crate imports run one way: its top-level modules, each with its submodules, form no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Violations;
use super::files::collect;
use crate::process;

/// Crates whose modules still import each other in circles. A name that the root of a crate exports
/// (`crate::Name`) counts for no module.
const EXEMPT: [&str; 3] = ["logs-domain", "logs-ledger", "test-postgres"];

/// The modules that each module imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// Looks at every crate of the workspace.
pub(super) fn check() -> anyhow::Result<Violations> {
    let mut violations = Vec::new();
    for package in super::dependencies::packages()? {
        let Some(folder) = package.manifest.parent() else {
            continue;
        };
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if EXEMPT.contains(&&*name) {
            continue;
        }
        let source = folder.join("src");
        if let Some(circle) = circle(&imports(&source)?) {
            let root = process::root()?;
            let path = source.strip_prefix(&root).unwrap_or(&source).display();
            violations.push(format!("{path}: {}", circle.join(" → ")));
        }
    }
    Ok(violations)
}

/// The imports between the top-level modules of the crate in this folder.
fn imports(source: &Path) -> anyhow::Result<Imports> {
    let mut files = Vec::new();
    collect(source, "rs", &mut files)?;
    let mut found = Imports::new();
    for file in files {
        let relative = file.strip_prefix(source)?;
        let mut module: Vec<String> = relative
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        module.retain(|part| part != "mod");
        let top = module.first().cloned().unwrap_or_default();
        // The root of a crate may use all of it.
        if !["lib", "main"].contains(&top.as_str()) {
            let named = named(&std::fs::read_to_string(&file)?, module.len());
            found.entry(top).or_default().extend(named);
        }
    }
    let modules: BTreeSet<String> = found.keys().cloned().collect();
    for (module, imported) in &mut found {
        imported.retain(|other| other != module && modules.contains(other));
    }
    Ok(found)
}

/// The names behind `crate::`, and behind as many `super::` as lead to the root from a module this
/// deep. Comments and the tests at the end of a file are left out.
fn named(text: &str, depth: usize) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found = BTreeSet::new();
    let to_root = "super::".repeat(depth);
    for prefix in ["crate::", to_root.as_str()] {
        let mut parts = code.split(prefix);
        let mut before = parts.next().unwrap_or_default();
        for rest in parts {
            // A longer word, such as `my_crate::`, or a longer way up.
            let continues =
                before.ends_with(|last: char| last.is_alphanumeric() || "_:".contains(last));
            if !continues {
                found.extend(first_names(rest));
            }
            before = rest;
        }
    }
    found
}

/// The name that a path goes on with, or the names in its braces.
fn first_names(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text.trim_start().chars();
        letters
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut names = Vec::new();
    let (mut depth, mut start) = (1, 0);
    for (place, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || depth == 1 && letter == ',' {
            names.push(word(&group[start..place]));
            start = place + 1;
        }
        if depth == 0 {
            break;
        }
    }
    // Behind a last comma there is no name.
    names.retain(|name| !name.is_empty());
    names
}

/// A way from a module through its imports back to it.
fn circle(imports: &Imports) -> Option<Vec<&str>> {
    imports
        .keys()
        .find_map(|module| way(imports, module, module, &mut BTreeSet::new()))
}

/// A way from one module to another, with both.
fn way<'a>(
    imports: &'a Imports,
    from: &'a str,
    to: &str,
    seen: &mut BTreeSet<&'a str>,
) -> Option<Vec<&'a str>> {
    for next in imports.get(from)? {
        if next == to {
            return Some(vec![from, next]);
        }
        if seen.insert(next)
            && let Some(mut way) = way(imports, next, to, seen)
        {
            way.insert(0, from);
            return Some(way);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Imports, circle, imports, named};

    fn crate_of(files: &[(&str, &str)]) -> Imports {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        imports(folder.path()).unwrap()
    }

    #[test]
    fn imports_are_found_however_they_are_written() {
        let names = |text, depth| -> Vec<String> { named(text, depth).into_iter().collect() };
        assert_eq!(
            names("use crate::{\n    a, b::{self, x},\n    c::D,\n};", 1),
            ["a", "b", "c"]
        );
        assert_eq!(
            names("fn f() { crate::a::g(); }\npub(crate) use crate::b;", 1),
            ["a", "b"]
        );
        assert_eq!(names("use super::a;", 1), ["a"]);
        assert_eq!(names("use super::a; use super::super::b;", 2), ["b"]);
        assert!(names("// crate::a\nuse my_crate::a;", 1).is_empty());
        assert!(names("#[cfg(test)]\nmod tests { use crate::a; }", 1).is_empty());
    }

    #[test]
    fn a_circle_is_told_as_its_path() {
        let found = crate_of(&[
            ("lib.rs", "mod a; use crate::c;"),
            ("a.rs", "use crate::b::x;"),
            ("b/deep.rs", "use super::super::c;"),
            ("b.rs", "use crate::d;"),
            ("c.rs", "use crate::a;"),
            ("d.rs", ""),
        ]);
        assert_eq!(circle(&found), Some(vec!["a", "b", "c", "a"]));
    }

    #[test]
    fn a_way_that_does_not_come_back_is_none() {
        let found = crate_of(&[
            ("main.rs", "use crate::a;"),
            ("a.rs", "use crate::{b, c}; use super::a::own;"),
            ("a/deep.rs", "use super::own; use crate::a;"),
            ("b.rs", "use crate::c;"),
            ("c.rs", "use crate::Exported;"),
        ]);
        assert_eq!(found["a"], BTreeSet::from(["b".to_owned(), "c".to_owned()]));
        assert_eq!(circle(&found), None);
    }
}
