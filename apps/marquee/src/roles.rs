//! The roles a process may run.

use std::fmt;
use std::str::FromStr;

/// A part of the service that can run in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// The public API, the web client, the consoles and steering.
    Api,
    /// Stores releases, feeds appliances, and serves viewers as the last resort.
    Origin,
    /// Takes titles through their journey.
    Studio,
    /// An appliance: serves viewers from what it keeps, and fills from the origin.
    Edge,
    /// Encodes chunks for a studio elsewhere.
    StudioWorker,
}

impl Role {
    const ALL: [Self; 5] = [
        Self::Api,
        Self::Origin,
        Self::Studio,
        Self::Edge,
        Self::StudioWorker,
    ];

    /// Whether the role needs the stores, which one process at a time can own.
    pub(crate) const fn owns_stores(self) -> bool {
        !matches!(self, Self::Edge | Self::StudioWorker)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Origin => "origin",
            Self::Studio => "studio",
            Self::Edge => "edge",
            Self::StudioWorker => "studio-worker",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| {
                format!(
                    "there is no role {text:?}; roles are api, origin, studio, edge, studio-worker"
                )
            })
    }
}

/// What a set of roles comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Composition {
    /// The stores' owner: the API, origin and studio, with or without appliances in the same process.
    Region {
        /// Whether appliances run here too.
        with_edges: bool,
        /// Whether titles are worked on here.
        with_studio: bool,
    },
    /// One appliance alone, which opens no store.
    Appliance,
    /// Encoders alone, which open no store.
    Worker,
}

/// Decides what to start, or says why the roles do not go together.
///
/// # Errors
/// One sentence. The API, origin and studio share stores that one process owns, so API and origin run
/// together.
pub(crate) fn compose(roles: &[Role]) -> Result<Composition, String> {
    let has = |role| roles.contains(&role);
    if roles.is_empty() {
        return Err("name at least one role: api, origin, studio, edge, studio-worker".to_owned());
    }
    if has(Role::StudioWorker) {
        return if roles.iter().all(|role| *role == Role::StudioWorker) {
            Ok(Composition::Worker)
        } else {
            Err(
                "studio-worker runs in a process of its own: the studio has encoders already"
                    .to_owned(),
            )
        };
    }
    if !roles.iter().any(|role| role.owns_stores()) {
        return Ok(Composition::Appliance);
    }
    if has(Role::Api) && has(Role::Origin) {
        return Ok(Composition::Region {
            with_edges: has(Role::Edge),
            with_studio: has(Role::Studio),
        });
    }
    Err("api, origin and studio share stores that one process owns: run at least api,origin together"
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_runs_alone_and_the_store_owners_together() {
        assert_eq!(compose(&[Role::Edge]), Ok(Composition::Appliance));
        assert_eq!(
            compose(&[Role::Api, Role::Origin, Role::Studio]),
            Ok(Composition::Region {
                with_edges: false,
                with_studio: true
            })
        );
        assert_eq!(compose(&[Role::StudioWorker]), Ok(Composition::Worker));
        assert!(compose(&[Role::StudioWorker, Role::Edge]).is_err());
        assert!(compose(&[Role::Studio]).is_err());
        assert!(compose(&[]).is_err());
    }

    #[test]
    fn an_unknown_role_names_the_known_ones() {
        assert!("edgy".parse::<Role>().unwrap_err().contains("edge"));
    }
}
