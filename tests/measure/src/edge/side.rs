//! The servers: where they are, how each is asked with a token of its own kind, and the processor's time.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts_delivery::{Claims, SessionId};
use md5::{Digest as _, Md5};
use platform_clock::Timestamp;

use crate::edge::appliance::key;
use crate::edge::endurance;
use crate::edge::films::release_in;
use crate::rounds::Side;

/// Until when tokens are good: long after any measurement.
const EXPIRES: u64 = 4_000_000_000;
/// What nginx's links are signed with; `xtask/nginx.conf` says the same.
const LINK_SECRET: &str = "measured";
/// Ticks of a second in /proc, which is part of Linux's interface to programs.
const TICKS: f64 = 100.0;

/// The servers.
pub(super) struct Sides {
    pub(super) films: PathBuf,
    /// What all show by TLS.
    pub(super) certificate: PathBuf,
    ours: Server,
    /// The appliance that speaks TLS; the same folder of films.
    pub(super) sealed: Server,
    pub(super) peer: Server,
    /// The peer on a newer OpenSSL, where it could be built.
    pub(super) newest: Option<Server>,
}

/// One server.
pub(super) struct Server {
    /// What it is made of, for readers.
    pub(super) version: String,
    pub(super) address: SocketAddr,
    /// Where it speaks TLS.
    pub(super) tls_address: SocketAddr,
    /// Where it may use as many threads for the disk as it wants to.
    pub(super) cold_address: SocketAddr,
    /// Where its files are.
    pub(super) folder: PathBuf,
    process: u32,
    films: PathBuf,
    is_ours: bool,
}

impl Sides {
    /// What `bench` says of the servers it started; `None` when it started none.
    pub(super) fn find() -> anyhow::Result<Option<Self>> {
        if tests_engines::address("EDGE").is_none() {
            return Ok(None);
        }
        let said = |name: &str| {
            tests_engines::address(name).with_context(|| format!("MARQUEE_TEST_{name} is not set"))
        };
        let films = PathBuf::from(said("EDGE_FILMS")?);
        let appliance = |name: &str| {
            let address = said(name)?.parse()?;
            anyhow::Ok(Server {
                version: "Marquee".to_owned(),
                address,
                tls_address: address,
                cold_address: address,
                folder: said("EDGE_CACHE")?.into(),
                process: said(&format!("{name}_PID"))?.parse()?,
                films: films.clone(),
                is_ours: true,
            })
        };
        let nginx = |name: &str| {
            let of = |what: &str| said(&format!("{name}{what}"));
            anyhow::Ok(Server {
                version: of("_VERSION")?,
                address: of("")?.parse()?,
                tls_address: of("_TLS")?.parse()?,
                cold_address: of("_COLD")?.parse()?,
                folder: films.clone(),
                process: of("_PID")?.parse()?,
                films: films.clone(),
                is_ours: false,
            })
        };
        let is_built = std::env::var_os("MARQUEE_TEST_NGINX_OPENSSL").is_some();
        let newest = is_built.then(|| nginx("NGINX_OPENSSL"));
        Ok(Some(Self {
            certificate: said("EDGE_CERTIFICATE")?.into(),
            ours: appliance("EDGE")?,
            sealed: appliance("EDGE_TLS")?,
            peer: nginx("NGINX")?,
            newest: newest.transpose()?,
            films,
        }))
    }

    /// Both that speak in clear, ours first.
    pub(super) const fn both(&self) -> [&Server; 2] {
        [&self.ours, &self.peer]
    }

    pub(super) const fn of(&self, side: Side) -> &Server {
        match side {
            Side::Ours => &self.ours,
            Side::Peer => &self.peer,
        }
    }
}

impl Server {
    /// A request for each file, with a token that is checked.
    pub(super) fn requests(&self, names: &[String]) -> anyhow::Result<Vec<Vec<u8>>> {
        let release = release_in(&self.films)?;
        let claims = Claims {
            session: SessionId::from_bytes([1; 16]),
            expires: Timestamp::from_millis(EXPIRES * 1_000),
            release,
        };
        let token = key().sign(&claims);
        let target = |name: &String| {
            if self.is_ours {
                return format!("/p/{token}/{name}");
            }
            let signed = Md5::digest(format!("{EXPIRES}/{name} {LINK_SECRET}"));
            format!(
                "/{name}?md5={}&expires={EXPIRES}",
                URL_SAFE_NO_PAD.encode(signed)
            )
        };
        let request = |name| {
            format!(
                "GET {} HTTP/1.1\r\nhost: films.example\r\n\r\n",
                target(name)
            )
        };
        Ok(names
            .iter()
            .map(|name| request(name).into_bytes())
            .collect())
    }

    /// The memory the server has, in bytes.
    pub(super) fn resident(&self) -> anyhow::Result<u64> {
        endurance::resident(self.process)
    }

    /// How many files the server has open.
    pub(super) fn open_files(&self) -> anyhow::Result<usize> {
        endurance::open_files(self.process)
    }

    /// Seconds of a processor that the server has taken so far, its children among them.
    pub(super) fn cpu_s(&self) -> anyhow::Result<f64> {
        let children = format!("/proc/{0}/task/{0}/children", self.process);
        let children = fs::read_to_string(children).unwrap_or_default();
        let processes = children.split_whitespace().map(str::to_owned);
        let mut ticks = 0.0;
        for process in processes.chain([self.process.to_string()]) {
            ticks += ticks_of(&process)?;
        }
        Ok(ticks / TICKS)
    }
}

fn ticks_of(process: &str) -> anyhow::Result<f64> {
    let stat =
        fs::read_to_string(format!("/proc/{process}/stat")).context("the server has ended")?;
    // The name, in brackets, may hold anything; the fields after it do not.
    let (_, fields) = stat
        .rsplit_once(") ")
        .context("an unknown form of /proc/PID/stat")?;
    let field = |at: usize| {
        fields
            .split(' ')
            .nth(at)
            .and_then(|field| field.parse::<f64>().ok())
    };
    // Fields 14 and 15 of the line; these begin with the third.
    let times = field(11).zip(field(12));
    times
        .map(|(user, system)| user + system)
        .context("no times")
}
