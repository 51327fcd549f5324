//! Every crate inherits the workspace's lints, versions and dependencies, and is named after its path.

use anyhow::Context as _;
use toml::{Table, Value};

use super::complaint::Complaint;
use super::tree::Tree;

const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Crates that are not named after their path: the binary, and this tool.
const NAMED_OTHERWISE: [&str; 2] = ["apps/marquee", "xtask"];

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for path in tree.files().filter(|path| path.ends_with("/Cargo.toml")) {
        let manifest: Table = tree
            .text(path)?
            .parse()
            .with_context(|| format!("parsing {path}"))?;
        // A workspace of its own has nothing to inherit: the fuzz targets, which need another compiler.
        if manifest.contains_key("workspace") {
            continue;
        }
        complaints.extend(check_manifest(path, &manifest));
    }
    Ok(complaints)
}

fn check_manifest(path: &str, manifest: &Table) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |wrong: String, remedy: String| {
        complaints.push(Complaint::new(path, wrong, remedy));
    };
    if !inherits(manifest.get("lints")) {
        let remedy = "add `[lints]` with `workspace = true`";
        complain(
            "does not inherit the workspace's lints".to_owned(),
            remedy.to_owned(),
        );
    }
    let package = manifest.get("package").and_then(Value::as_table);
    for field in INHERITED {
        if !inherits(package.and_then(|package| package.get(field))) {
            let remedy = format!("write `{field}.workspace = true` under `[package]`");
            complain(format!("does not inherit `{field}`"), remedy);
        }
    }
    let folder = path.trim_end_matches("/Cargo.toml");
    let name = package
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str);
    let expected = folder.replace('/', "-");
    if !NAMED_OTHERWISE.contains(&folder) && name != Some(&expected) {
        complain(
            "is not named after its path".to_owned(),
            format!("name it `{expected}`"),
        );
    }
    for section in DEPENDENCIES {
        let Some(table) = manifest.get(section).and_then(Value::as_table) else {
            continue;
        };
        for (dependency, _) in table.iter().filter(|(_, value)| !inherits(Some(value))) {
            let remedy = "declare it under `[workspace.dependencies]` and inherit it";
            complain(
                format!("gives its own version of `{dependency}`"),
                remedy.to_owned(),
            );
        }
    }
    complaints
}

fn inherits(value: Option<&Value>) -> bool {
    value
        .and_then(|value| value.get("workspace"))
        .and_then(Value::as_bool)
        == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"data-engine\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        publish.workspace = true\n[dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n\
        [lints]\nworkspace = true\n";

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let manifest = text.parse().unwrap();
        check_manifest(path, &manifest)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_crate_that_inherits_everything_is_fine() {
        assert_eq!(
            complaints("data/engine/Cargo.toml", GOOD),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_thing_not_inherited_is_named() {
        let cases = [
            (GOOD.replace("[lints]\nworkspace = true\n", ""), "lints"),
            (
                GOOD.replace("license.workspace = true", "license = \"MIT\""),
                "`license`",
            ),
            (
                GOOD.replace("workspace = true, features", "version = \"1\", features"),
                "`serde`",
            ),
            (
                GOOD.replace("data-engine", "engine"),
                "named after its path",
            ),
        ];
        for (text, named) in cases {
            let found = complaints("data/engine/Cargo.toml", &text);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(named), "{found:?}");
        }
    }
}
