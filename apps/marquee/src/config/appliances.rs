//! What the names of appliances must be: they are file names and keys of the cluster, each of one appliance.

use std::collections::HashMap;

use anyhow::{Result, ensure};
use contracts_delivery::{ApplianceId, MAX_NAME_BYTES, is_plain_name};

use super::{EdgeSettings, RouteSettings};

/// The name under which the origin itself reports.
pub(crate) const ORIGIN: &str = "origin";

/// Holds the names in `[[edges]]` and `[[routes]]` against what they must be.
///
/// # Errors
/// The first that is wrong: which section, its name, and what to do.
pub(super) fn check(edges: &[EdgeSettings], routes: &[RouteSettings]) -> Result<()> {
    let mut known: HashMap<&ApplianceId, usize> = HashMap::new();
    for (number, edge) in (1..).zip(edges) {
        let ApplianceId(name) = &edge.id;
        ensure!(
            is_plain_name(name),
            "[[edges]] number {number} has the id {name:?}; give it one of 1 to {MAX_NAME_BYTES} letters, digits and \
             hyphens"
        );
        ensure!(
            name != ORIGIN,
            "[[edges]] number {number} has the id {name:?}, which is the origin's own; give it another"
        );
        if let Some(other) = known.insert(&edge.id, number) {
            anyhow::bail!(
                "[[edges]] number {number} has the id {name:?}, as number {other} has; give every appliance its own"
            );
        }
    }
    for (number, route) in (1..).zip(routes) {
        let ApplianceId(name) = &route.appliance;
        ensure!(
            is_plain_name(name),
            "[[routes]] number {number} names the appliance {name:?}; write the id of an appliance, 1 to \
             {MAX_NAME_BYTES} letters, digits and hyphens"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(names: &[&str]) -> Vec<EdgeSettings> {
        let edge = |name: &&str| EdgeSettings {
            id: ApplianceId((*name).to_owned()),
            ..EdgeSettings::default()
        };
        names.iter().map(edge).collect()
    }

    fn told(edges: &[EdgeSettings], routes: &[RouteSettings]) -> String {
        check(edges, routes).unwrap_err().to_string()
    }

    #[test]
    fn names_are_plain_and_each_of_one_appliance() {
        assert!(check(&edges(&["edge-1", "Edge-1", "2"]), &[]).is_ok());
        for bad in ["", "a/b", "..", "caf\u{e9}", "two words"] {
            let told = told(&edges(&[bad]), &[]);
            assert!(
                told.contains("number 1") && told.contains("hyphens"),
                "{told}"
            );
        }
        let twice = told(&edges(&["a", "b", "a"]), &[]);
        assert!(
            twice.contains("number 3") && twice.contains("\"a\"") && twice.contains("number 1"),
            "{twice}"
        );
        let reserved = told(&edges(&["a", "origin"]), &[]);
        assert!(reserved.contains("number 2") && reserved.contains("origin's own"));
        let route = RouteSettings {
            appliance: ApplianceId("a b".to_owned()),
            ..RouteSettings::default()
        };
        let told = told(&edges(&["a"]), &[RouteSettings::default(), route]);
        assert!(told.contains("[[routes]] number 2") && told.contains("\"a b\""));
    }
}
