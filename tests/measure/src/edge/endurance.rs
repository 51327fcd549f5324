//! What the appliance bears: connections nobody asks on, and being asked for long.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use delivery_edge::limits::SPARED_FILES;
use nix::sys::socket::{setsockopt, sockopt::IpBindAddressNoPort};
use platform_clock::SharedClock;
use rustix::process::{Resource, getrlimit};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections from one address of this machine: the system gives out every other one of 28,232 ports first, and finds
/// the rest by looking at all of these each time.
const PER_ADDRESS: usize = 10_000;

/// Files that are left to the rest: to what is asked next, and what an appliance spares.
const SPARED: usize = SPARED_FILES + 100;

/// Longer than any answer takes; a request among idle connections that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The memory a process has, in bytes.
pub(super) fn resident(process: u32) -> anyhow::Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{process}/status")).context("the server has ended")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    Ok(kib.context("no VmRSS")? << 10)
}

/// How many files a process has open.
pub(super) fn open_files(process: u32) -> anyhow::Result<usize> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).context("the server has ended")?;
    Ok(files.count())
}

/// Connections that are open, and on which nothing is asked.
pub(super) struct Crowd {
    streams: Vec<TcpStream>,
}

impl Crowd {
    /// Opens so many, or as many as the system lets this process and the server have, which has `others` open.
    pub(super) fn gather(to: SocketAddr, count: usize, others: usize) -> anyhow::Result<Self> {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) as usize;
        let connected = (0..count.min(files.saturating_sub(SPARED + others))).map(|number| {
            let from = Ipv4Addr::new(127, 0, 1, (1 + number / PER_ADDRESS) as u8);
            connect(to, from).with_context(|| format!("connection {number}"))
        });
        Ok(Self {
            streams: connected.collect::<Result<_, _>>()?,
        })
    }

    /// Fails when the server has let any of them go.
    pub(super) fn all_open(&self) -> anyhow::Result<()> {
        let gone = |stream: &TcpStream| {
            stream.set_nonblocking(true)?;
            match stream.peek(&mut [0]) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(false),
                Ok(_) => Ok(true),
                Err(error) => Err(error),
            }
        };
        let mut lost = 0;
        for stream in &self.streams {
            lost += usize::from(gone(stream)?);
        }
        ensure!(
            lost == 0,
            "{lost} of {} connections were let go",
            self.streams.len()
        );
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.streams.len()
    }
}

fn connect(to: SocketAddr, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    // The port is chosen when the other end is known: one that nobody has at all takes long to find.
    setsockopt(&socket, IpBindAddressNoPort, &true)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&to.into())?;
    Ok(socket.into())
}

/// How long one request takes on a connection of its own.
pub(super) fn one_request(
    to: SocketAddr,
    request: &[u8],
    clock: &SharedClock,
) -> anyhow::Result<Duration> {
    let began = clock.monotonic();
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    ensure!(&answer == b"HTTP/1.1 200", "the answer begins {answer:?}");
    Ok(clock.monotonic().saturating_sub(began))
}
