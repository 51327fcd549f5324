//! Dependencies point one way: Cargo's graph held against `layers.toml`.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde::Deserialize;

use super::complaint::Complaint;
use super::graph::{Edge, Graph};

const FILE: &str = "layers.toml";

/// What `layers.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layers {
    /// Folders that stand side by side, the uppermost layer first.
    #[serde(rename = "layers")]
    rows: Vec<Vec<String>>,
    /// Crates that may depend on others of their own folder, and on which.
    inside: BTreeMap<String, Vec<String>>,
    /// The same for tests alone.
    tests: BTreeMap<String, Vec<String>>,
}

/// Complains of every dependency that `layers.toml` does not allow, and of what it lists in vain.
pub(super) fn check(text: &str, graph: &Graph) -> anyhow::Result<Vec<Complaint>> {
    let layers: Layers = toml::from_str(text).context("parsing layers.toml")?;
    let folders: BTreeMap<&str, &str> = graph
        .crates
        .iter()
        .map(|(name, folder)| (name.as_str(), folder.split('/').next().unwrap_or("")))
        .collect();
    let mut complaints: Vec<_> = graph
        .edges
        .iter()
        .filter_map(|edge| layers.refuse(edge, &folders))
        .collect();
    complaints.extend(layers.without_a_place(&folders));
    complaints.extend(layers.listed_in_vain(graph));
    complaints.extend(layers.cycles());
    Ok(complaints)
}

impl Layers {
    /// How far down a folder stands; `xtask` is no part of the service and stands above all.
    fn depth(&self, folder: &str) -> Option<usize> {
        if folder == "xtask" {
            return Some(0);
        }
        let has = |layer: &Vec<String>| layer.iter().any(|known| known == folder);
        self.rows.iter().position(has).map(|depth| depth + 1)
    }

    fn refuse(&self, edge: &Edge, folders: &BTreeMap<&str, &str>) -> Option<Complaint> {
        let Edge {
            from,
            to,
            tests_only,
        } = edge;
        let (above, below) = (*folders.get(from.as_str())?, *folders.get(to.as_str())?);
        let (upper, lower) = (self.depth(above)?, self.depth(below)?);
        let (section, list) = if *tests_only {
            ("[tests]", &self.tests)
        } else {
            ("[inside]", &self.inside)
        };
        let listed = |list: &BTreeMap<String, Vec<String>>| {
            list.get(from).is_some_and(|targets| targets.contains(to))
        };
        let manifest = format!("{from} ({above})");
        if above == below {
            let remedy = format!("list it under {section} of {FILE}, if it is wanted");
            let wrong =
                format!("{manifest} depends on {to} of its own folder, which is not listed");
            return (!listed(list)).then(|| Complaint::new(FILE, wrong, remedy));
        }
        let (wrong, remedy) = match upper.cmp(&lower) {
            Ordering::Less => return None,
            Ordering::Equal => {
                let remedy = "let them meet in contracts: a trait, a type or an event there";
                (
                    format!("{manifest} depends on {to}, its neighbour in {below}"),
                    remedy,
                )
            }
            Ordering::Greater => {
                let remedy = "turn the dependency round, or move what both need further down";
                (
                    format!("{manifest} depends on {to}, which stands above it"),
                    remedy,
                )
            }
        };
        Some(Complaint::new(FILE, wrong, remedy))
    }

    fn without_a_place(&self, folders: &BTreeMap<&str, &str>) -> Vec<Complaint> {
        let lost: BTreeSet<_> = folders
            .values()
            .filter(|folder| self.depth(folder).is_none())
            .collect();
        let complain = |folder: &&&str| {
            let wrong = format!("the folder {folder} has crates and no layer");
            Complaint::new(FILE, wrong, "give it a place in `layers`")
        };
        lost.iter().map(complain).collect()
    }

    fn listed_in_vain(&self, graph: &Graph) -> Vec<Complaint> {
        let real = |from: &str, to: &str, tests_only: bool| {
            let same = |it: &Edge| it.from == from && it.to == to && it.tests_only == tests_only;
            graph.edges.iter().any(same)
        };
        let mut complaints = Vec::new();
        for (section, list, tests_only) in [
            ("[inside]", &self.inside, false),
            ("[tests]", &self.tests, true),
        ] {
            let pairs = list
                .iter()
                .flat_map(|(from, to)| to.iter().map(move |to| (from, to)));
            for (from, to) in pairs.filter(|(from, to)| !real(from, to, tests_only)) {
                let wrong = format!("{section} lists {from} on {to}, which Cargo does not have");
                complaints.push(Complaint::new(FILE, wrong, "take it out"));
            }
        }
        complaints
    }

    /// Cargo allows cycles through tests; this does not.
    fn cycles(&self) -> Vec<Complaint> {
        let targets = |from: &str| {
            let lists = [&self.inside, &self.tests].into_iter();
            lists
                .filter_map(|list| list.get(from))
                .flatten()
                .cloned()
                .collect::<Vec<_>>()
        };
        let starts = self
            .inside
            .keys()
            .chain(self.tests.keys())
            .collect::<BTreeSet<_>>();
        let reaches_itself = |start: &&&String| {
            let mut waiting = targets(start);
            let mut seen = BTreeSet::new();
            while let Some(name) = waiting.pop() {
                if name == ***start {
                    return true;
                }
                if seen.insert(name.clone()) {
                    waiting.extend(targets(&name));
                }
            }
            false
        };
        let complain = |start: &&String| {
            let wrong = format!("{start} depends on itself, by way of others");
            Complaint::new(FILE, wrong, "break the ring where it is thinnest")
        };
        starts.iter().filter(reaches_itself).map(complain).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "layers = [[\"apps\"], [\"studio\", \"delivery\"], [\"data\"], [\"platform\"]]\n\
        [inside]\nstudio-package = [\"studio-ladder\"]\n[tests]\n";

    fn complaints(text: &str, edges: &[(&str, &str, bool)]) -> Vec<String> {
        let names: BTreeSet<_> = edges
            .iter()
            .flat_map(|(from, to, _)| [*from, *to])
            .collect();
        let graph = Graph {
            crates: names
                .into_iter()
                .map(|name| (name.to_owned(), name.replacen('-', "/", 1)))
                .collect(),
            edges: edges
                .iter()
                .map(|(from, to, tests_only)| Edge {
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                    tests_only: *tests_only,
                })
                .collect(),
        };
        check(text, &graph)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const LISTED: (&str, &str, bool) = ("studio-package", "studio-ladder", false);

    #[test]
    fn down_and_listed_edges_are_fine() {
        let edges = [
            LISTED,
            ("apps-x", "data-kv", false),
            ("studio-a", "platform-clock", true),
        ];
        assert_eq!(complaints(TEXT, &edges), Vec::<String>::new());
    }

    #[test]
    fn each_wrong_edge_is_named_with_what_to_do() {
        let cases = [
            (
                ("studio-a", "delivery-b", false),
                "let them meet in contracts",
            ),
            (("data-a", "studio-b", false), "turn the dependency round"),
            (("data-a", "data-b", false), "list it under [inside]"),
            (("data-a", "data-b", true), "list it under [tests]"),
            (
                ("studio-a", "delivery-b", true),
                "let them meet in contracts",
            ),
            (("attic-a", "data-b", false), "give it a place"),
        ];
        for (edge, remedy) in cases {
            let found = complaints(TEXT, &[LISTED, edge]);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(remedy), "{found:?}");
        }
    }

    #[test]
    fn a_stale_entry_and_a_ring_are_found() {
        assert!(complaints(TEXT, &[])[0].contains("Cargo does not have"));
        let ring = TEXT.replace(
            "[tests]\n",
            "[tests]\nstudio-ladder = [\"studio-package\"]\n",
        );
        let back = ("studio-ladder", "studio-package", true);
        let found = complaints(&ring, &[LISTED, back]);
        assert_eq!(found.len(), 2, "both ends of the ring: {found:?}");
    }
}
