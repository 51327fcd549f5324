//! Cargo's own graph of the workspace's crates.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

/// One dependency of a crate of the workspace on another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// Only the tests need it.
    pub(super) tests_only: bool,
}

/// The workspace's crates and how they depend on one another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Graph {
    /// Name and folder, relative to the root.
    pub(super) crates: Vec<(String, String)>,
    pub(super) edges: Vec<Edge>,
}

/// Asks Cargo. Nothing is fetched or built.
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo is asked, at development time only"
)]
pub(super) fn read(root: &Path) -> anyhow::Result<Graph> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root);
    let output = command
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output();
    let output = output.context("running cargo metadata")?;
    let text = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "cargo metadata failed: {text}");
    parse(&output.stdout)
}

fn parse(json: &[u8]) -> anyhow::Result<Graph> {
    let metadata: Metadata =
        serde_json::from_slice(json).context("cargo metadata has another shape than expected")?;
    let mut graph = Graph::default();
    for package in metadata.packages {
        let folder = Path::new(&package.manifest_path)
            .parent()
            .unwrap_or(Path::new(""));
        let folder = folder
            .strip_prefix(&metadata.workspace_root)
            .unwrap_or(folder);
        for dependency in package
            .dependencies
            .into_iter()
            .filter(|it| it.path.is_some())
        {
            graph.edges.push(Edge {
                from: package.name.clone(),
                to: dependency.name,
                tests_only: dependency.kind.as_deref() == Some("dev"),
            });
        }
        graph
            .crates
            .push((package.name, folder.to_string_lossy().into_owned()));
    }
    graph.edges.sort();
    // What the crate needs anyway, its tests may use.
    graph
        .edges
        .dedup_by(|later, kept| (&later.from, &later.to) == (&kept.from, &kept.to));
    Ok(graph)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_crates_are_kept_and_others_left_out() {
        let json = br#"{"workspace_root":"/w","packages":[{"name":"data-kv",
            "manifest_path":"/w/data/kv/Cargo.toml","dependencies":[
            {"name":"serde","kind":null},
            {"name":"data-engine","kind":"dev","path":"/w/data/engine"},
            {"name":"data-engine","kind":null,"path":"/w/data/engine"},
            {"name":"platform-testkit","kind":"dev","path":"/w/platform/testkit"}]}]}"#;
        let graph = parse(json).unwrap();
        let edge = |to: &str, tests_only| Edge {
            from: "data-kv".into(),
            to: to.into(),
            tests_only,
        };
        assert_eq!(graph.crates, [("data-kv".to_owned(), "data/kv".to_owned())]);
        assert_eq!(
            graph.edges,
            [edge("data-engine", false), edge("platform-testkit", true)]
        );
    }

    #[test]
    fn another_shape_is_an_error() {
        assert!(parse(b"{}").is_err());
    }
}
