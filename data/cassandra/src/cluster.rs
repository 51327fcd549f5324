//! Where a cluster is: its address as one line of configuration. Pure.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use crate::{Credentials, name};

const SCHEME: &str = "cassandra://";
const DEFAULT_PORT: u16 = 9042;

/// A keyspace on a cluster:
/// `cassandra://user:password@host1,host2:9042/keyspace?datacenter=dc1&replication=3`.
///
/// The hosts are where to begin; the others are learnt from them. User and password are percent-encoded and
/// may be left out. It prints without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// `host:port` of each node to begin with; at least one.
    pub hosts: Vec<String>,
    /// The keyspace: begins with a letter, then lower-case letters, digits and underscores, at most 48.
    pub keyspace: String,
    /// The datacenter whose nodes are asked, and whose majority decides. Needed where there are several.
    pub datacenter: Option<String>,
    /// Replicas in each datacenter of a keyspace that is created now; an existing one keeps what it has.
    /// `None`: three, or one for each node where there are fewer.
    pub replication: Option<u8>,
    /// How to log in, where the cluster asks for it.
    pub credentials: Option<Credentials>,
}

/// What is wrong with a cluster's address. It never repeats the address, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It begins otherwise.
    #[error("a cluster's address begins with cassandra://")]
    Scheme,
    /// There is no host before the keyspace.
    #[error("the address names no host; write cassandra://host1,host2/keyspace")]
    NoHost,
    /// A host's port is no number from 1 to 65535.
    #[error("the port of host {host} is not a number from 1 to 65535")]
    Port {
        /// The host as it was written.
        host: String,
    },
    /// The keyspace is missing, or would need quotes in CQL.
    #[error(
        "{keyspace:?} cannot be a keyspace: it begins with a letter, then come lower-case letters, digits and underscores, at most 48"
    )]
    Keyspace {
        /// The keyspace as it was written.
        keyspace: String,
    },
    /// A user without a password, or bytes that are not UTF-8.
    #[error("the credentials are not user:password, each percent-encoded")]
    Credentials,
    /// A parameter is unknown, or its value is.
    #[error(
        "{parameter}={value} means nothing; known are datacenter=<name> and replication=<1 to 255>"
    )]
    Parameter {
        /// The parameter's name.
        parameter: String,
        /// Its value.
        value: String,
    },
}

impl FromStr for Cluster {
    type Err = AddressError;

    fn from_str(address: &str) -> Result<Self, AddressError> {
        let rest = address.strip_prefix(SCHEME).ok_or(AddressError::Scheme)?;
        // The last, as a password may hold one that is not encoded.
        let (credentials, rest) = match rest.rsplit_once('@') {
            Some((credentials, rest)) => (Some(log_in(credentials)?), rest),
            None => (None, rest),
        };
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, keyspace) = rest.split_once('/').unwrap_or((rest, ""));
        if !name::is_plain_keyspace(keyspace) {
            return Err(AddressError::Keyspace {
                keyspace: keyspace.to_owned(),
            });
        }
        let mut cluster = Self {
            hosts: hosts.split(',').map(host).collect::<Result<_, _>>()?,
            keyspace: keyspace.to_owned(),
            datacenter: None,
            replication: None,
            credentials,
        };
        for parameter in parameters.split('&').filter(|one| !one.is_empty()) {
            cluster.set(parameter)?;
        }
        Ok(cluster)
    }
}

impl Cluster {
    fn set(&mut self, parameter: &str) -> Result<(), AddressError> {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let unknown = || AddressError::Parameter {
            parameter: name.to_owned(),
            value: value.to_owned(),
        };
        match name {
            "datacenter" => {
                let datacenter = decode(value).filter(|name| !name.is_empty());
                self.datacenter = Some(datacenter.ok_or_else(unknown)?);
            }
            "replication" => {
                let replicas = value.parse().ok().filter(|replicas| *replicas > 0);
                self.replication = Some(replicas.ok_or_else(unknown)?);
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

/// The address without credentials, for messages.
impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.hosts.join(","), self.keyspace)
    }
}

/// A host with its port; an IPv6 address stands in brackets.
fn host(written: &str) -> Result<String, AddressError> {
    let (host, port) = match written.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (written, None),
    };
    if host.is_empty() {
        return Err(AddressError::NoHost);
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) => {
            port.parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| AddressError::Port {
                    host: host.to_owned(),
                })?
        }
    };
    Ok(format!("{host}:{port}"))
}

fn log_in(credentials: &str) -> Result<Credentials, AddressError> {
    let (user, password) = credentials
        .split_once(':')
        .ok_or(AddressError::Credentials)?;
    match (decode(user), decode(password)) {
        (Some(user), Some(password)) if !user.is_empty() => Ok(Credentials { user, password }),
        _ => Err(AddressError::Credentials),
    }
}

fn decode(encoded: &str) -> Option<String> {
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(address: &str) -> Result<Cluster, AddressError> {
        address.parse()
    }

    #[test]
    fn an_address_is_read_whole() {
        let address = "cassandra://me:p%40ss:word@one,two:9043,[::1],[::1]:9044/films?datacenter=dc1&replication=3";
        let cluster = read(address).unwrap();
        assert_eq!(
            cluster.hosts,
            ["one:9042", "two:9043", "[::1]:9042", "[::1]:9044"]
        );
        assert_eq!(cluster.keyspace, "films");
        assert_eq!(cluster.datacenter.as_deref(), Some("dc1"));
        assert_eq!(cluster.replication, Some(3));
        assert_eq!(
            cluster.credentials,
            Some(Credentials::new("me", "p@ss:word"))
        );
    }

    #[test]
    fn the_shortest_address_is_enough() {
        let cluster = read("cassandra://cassandra/marquee").unwrap();
        assert_eq!(cluster.hosts, ["cassandra:9042"]);
        assert_eq!((cluster.datacenter, cluster.replication), (None, None));
    }

    #[test]
    fn a_password_is_not_printed() {
        let cluster = read("cassandra://me:hidden@one/films").unwrap();
        assert!(!format!("{cluster:?}").contains("hidden"));
        assert_eq!(cluster.to_string(), "cassandra://one:9042/films");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |address| read(address).unwrap_err().to_string();
        for (address, says) in [
            ("http://one/films", "cassandra://"),
            ("cassandra:///films", "no host"),
            ("cassandra://one,,two/films", "no host"),
            ("cassandra://one:port/films", "host one"),
            ("cassandra://one:0/films", "host one"),
            ("cassandra://one", "keyspace"),
            ("cassandra://one/Films", "\"Films\""),
            ("cassandra://one/1films", "\"1films\""),
            ("cassandra://me@one/films", "user:password"),
            ("cassandra://one/films?replication=0", "replication=0"),
            ("cassandra://one/films?datacenter=", "datacenter="),
            ("cassandra://one/films?dc=x", "dc=x"),
        ] {
            assert!(
                refused(address).contains(says),
                "{address}: {}",
                refused(address)
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(cassandra://)?[a-z:@/?=&,%0-9\\[\\]]{0,40}") {
            if let Ok(cluster) = read(&text) {
                prop_assert!(!cluster.hosts.is_empty());
                let printed = read(&cluster.to_string()).unwrap();
                prop_assert_eq!(printed.hosts, cluster.hosts);
            }
        }
    }
}
