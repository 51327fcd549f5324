//! Where the real servers are, for the suites that run on them.
//!
//! `./test engines` starts the servers, says in the environment where they are, and runs the tests of this
//! crate; `./test engines up` starts them and leaves them running. Without servers every test says so and
//! passes. A file in `tests/` is a server, or what stands on one; in it are the conformance suites of its traits.
//!
//! This crate must not know how a server is started: that is `xtask/servers.sh`.

use platform_entropy::{SystemEntropy, random_id};

/// What every variable's name begins with.
const PREFIX: &str = "MARQUEE_TEST_";
/// Set when servers must be there, so that a missing one fails instead of being passed over.
const REQUIRED: &str = "ENGINES";

/// The value of `MARQUEE_TEST_<name>`: `host:port` for `CASSANDRA` and `KAFKA`. `None`, and a line that says
/// so, when no servers were started: the test then ends at once.
///
/// # Panics
/// When `./test engines` runs the test and the variable is missing.
pub fn address(name: &str) -> Option<String> {
    if let Some(value) = variable(name) {
        return Some(value);
    }
    assert!(
        variable(REQUIRED).is_none(),
        "{PREFIX}{name} is missing, so the suite cannot find its server; xtask/servers.sh exports it"
    );
    skipped(name);
    None
}

/// The addresses in `MARQUEE_TEST_<name>`, one for each zone: two for `REDIS` and for `MEMCACHED`.
///
/// # Panics
/// As [`address`].
pub fn zones(name: &str) -> Option<Vec<String>> {
    let addresses = address(name)?;
    Some(addresses.split(',').map(str::to_owned).collect())
}

/// A bucket on an S3 store, and the key that opens it.
#[expect(
    missing_debug_implementations,
    reason = "a type with a secret does not print"
)]
pub struct Bucket {
    /// Such as `http://127.0.0.1:3900`.
    pub endpoint: String,
    /// The region that signatures name.
    pub region: String,
    /// The bucket, which exists.
    pub name: String,
    /// The access key's public half.
    pub key: String,
    /// The access key's secret half.
    pub secret: String,
}

/// The bucket of the S3 store, from `MARQUEE_TEST_S3` and the variables that begin so.
///
/// # Panics
/// As [`address`].
pub fn bucket() -> Option<Bucket> {
    Some(Bucket {
        endpoint: address("S3")?,
        region: address("S3_REGION")?,
        name: address("S3_BUCKET")?,
        key: address("S3_KEY")?,
        secret: address("S3_SECRET")?,
    })
}

/// A name that no earlier run has used on servers that keep running: `suite_` and a random tail of lower
/// case letters and digits, which serves as a keyspace, a topic or the beginning of a key.
pub fn unique(suite: &str) -> String {
    format!("{suite}_{}", random_id(&SystemEntropy))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate is told where the servers are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(format!("{PREFIX}{name}")).ok()
}

#[expect(
    clippy::print_stderr,
    reason = "a suite that did not run must not look like one that did"
)]
fn skipped(name: &str) {
    eprintln!(
        "skipped: {PREFIX}{name} is not set; `./test engines` starts the servers and sets it"
    );
}
