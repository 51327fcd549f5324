//! A player of many connections in one thread, each of which asks again when its answer has come.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use platform_clock::SharedClock;
use rustls::ClientConfig;

use crate::edge::sealed::{Record, Records};

/// What is asked, of whom.
pub(super) struct Load<'a> {
    pub(super) address: SocketAddr,
    pub(super) requests: &'a [Vec<u8>],
    pub(super) connections: usize,
    /// By TLS, as whom; every record is opened where that is said.
    pub(super) tls: Option<(&'a Arc<ClientConfig>, bool)>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loaded {
    pub(super) requests: u64,
    /// Of bodies.
    pub(super) bytes: u64,
    pub(super) seconds: f64,
}

struct Player {
    stream: TcpStream,
    records: Option<Box<Records>>,
    asked_at: Duration,
    /// The head as far as it has come; empty while a body is read.
    head: Vec<u8>,
    left: u64,
    /// No byte of the body has come yet.
    is_first: bool,
    is_busy: bool,
}

/// What one piece of an answer was.
enum Came {
    Nothing,
    /// So much of a body; the first of it, if so.
    Body {
        bytes: u64,
        is_first: bool,
        is_last: bool,
    },
}

impl Came {
    fn and(self, next: Self) -> Self {
        match (self, next) {
            (
                Self::Body {
                    bytes, is_first, ..
                },
                Self::Body {
                    bytes: more,
                    is_last,
                    ..
                },
            ) => Self::Body {
                bytes: bytes + more,
                is_first,
                is_last,
            },
            (came, Self::Nothing) | (Self::Nothing, came) => came,
        }
    }
}

const READ_BYTES: usize = 256 << 10;
/// Nobody answers slower than this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Load<'_> {
    /// Asks for the files by turns for so long.
    pub(super) fn for_seconds(&self, seconds: f64, clock: &SharedClock) -> anyhow::Result<Loaded> {
        let mut loaded = Loaded::default();
        let (began, mut next) = (clock.monotonic(), self.connections);
        let until = began + Duration::from_secs_f64(seconds);
        self.run(clock, |now, came| {
            let Came::Body { bytes, is_last, .. } = came else {
                return None;
            };
            loaded.bytes += bytes;
            loaded.requests += u64::from(is_last);
            next += usize::from(is_last);
            (is_last && now < until).then_some(next)
        })?;
        loaded.seconds = clock.monotonic().saturating_sub(began).as_secs_f64();
        Ok(loaded)
    }

    /// Asks for every file once; how long each first byte of a body took.
    pub(super) fn once_each(&self, clock: &SharedClock) -> anyhow::Result<Vec<Duration>> {
        let mut next = self.connections - 1;
        let mut waits = Vec::new();
        let count = self.requests.len();
        self.run_timed(clock, |_, came, waited| {
            let Came::Body {
                is_first, is_last, ..
            } = came
            else {
                return None;
            };
            if is_first {
                waits.push(waited);
            }
            next += usize::from(is_last);
            (is_last && next < count).then_some(next)
        })?;
        ensure!(
            waits.len() == count,
            "{} of {count} answers came",
            waits.len()
        );
        Ok(waits)
    }

    fn run(
        &self,
        clock: &SharedClock,
        mut then: impl FnMut(Duration, Came) -> Option<usize>,
    ) -> anyhow::Result<()> {
        self.run_timed(clock, |now, came, _| then(now, came))
    }

    /// `then` hears of every piece, with the time since its request, and says which request follows.
    fn run_timed(
        &self,
        clock: &SharedClock,
        mut then: impl FnMut(Duration, Came, Duration) -> Option<usize>,
    ) -> anyhow::Result<()> {
        let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1_024));
        let mut players = self.connect(&poll, clock)?;
        let (mut scratch, mut busy) = (vec![0; READ_BYTES], players.len());
        let mut last = clock.monotonic();
        while busy > 0 {
            // Whoever slept would have to be woken, by the server and at the cost of its time: for a reader on another
            // core that is a good part of what sending takes, and no part of what it takes to another machine.
            poll.poll(&mut events, Some(Duration::ZERO))?;
            let now = clock.monotonic();
            if !events.is_empty() {
                last = now;
            }
            ensure!(
                now.saturating_sub(last) < PATIENCE,
                "no answer in {PATIENCE:?}"
            );
            for event in &events {
                let player = &mut players[event.token().0];
                while player.is_busy
                    && let Some(read) = player.read(&mut scratch)?
                {
                    let came = match player.records.take() {
                        None => player.came(&scratch[..read])?,
                        Some(mut records) => {
                            let came = player.came_sealed(&mut records, &scratch[..read])?;
                            player.records = Some(records);
                            came
                        }
                    };
                    let is_last = matches!(came, Came::Body { is_last: true, .. });
                    if is_last {
                        player.is_busy = false;
                    }
                    let waited = now.saturating_sub(player.asked_at);
                    match then(now, came, waited) {
                        Some(next) => {
                            player.ask(&self.requests[next % self.requests.len()], now)?;
                        }
                        None if is_last => busy -= 1,
                        None => {}
                    }
                    if read < scratch.len() {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Connections that have asked.
    fn connect(&self, poll: &Poll, clock: &SharedClock) -> anyhow::Result<Vec<Player>> {
        let connected = (0..self.connections).map(|number| {
            let mut player = Player::connect(self.address, self.tls)?;
            let token = Token(number);
            poll.registry()
                .register(&mut player.stream, token, Interest::READABLE)?;
            let request = &self.requests[number % self.requests.len()];
            player.ask(request, clock.monotonic())?;
            Ok(player)
        });
        connected.collect()
    }
}

impl Player {
    fn connect(
        address: SocketAddr,
        tls: Option<(&Arc<ClientConfig>, bool)>,
    ) -> anyhow::Result<Self> {
        let mut stream =
            std::net::TcpStream::connect(address).context("the server is not there")?;
        stream.set_nodelay(true)?;
        let records = tls.map(|(config, all)| Records::begin(&mut stream, config, all));
        let records = records.transpose()?.map(Box::new);
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream: TcpStream::from_std(stream),
            records,
            asked_at: Duration::ZERO,
            head: Vec::new(),
            left: 0,
            is_first: false,
            is_busy: false,
        })
    }

    /// A request fits into an empty buffer of the system.
    fn ask(&mut self, request: &[u8], now: Duration) -> anyhow::Result<()> {
        match &mut self.records {
            None => self.stream.write_all(request)?,
            Some(records) => self.stream.write_all(&records.seal(request)?)?,
        }
        self.asked_at = now;
        self.is_busy = true;
        Ok(())
    }

    fn read(&mut self, scratch: &mut [u8]) -> anyhow::Result<Option<usize>> {
        match self.stream.read(scratch) {
            Ok(0) => bail!("the server hung up in the middle"),
            Ok(read) => Ok(Some(read)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Self::came`], of records.
    fn came_sealed(&mut self, records: &mut Records, mut bytes: &[u8]) -> anyhow::Result<Came> {
        let mut all = Came::Nothing;
        while let Some(record) = records.next(&mut bytes, self.left == 0)? {
            let came = match record {
                Record::Opened(content) => self.came(&content)?,
                Record::Counted(count) => self.body(count)?,
                Record::Other => Came::Nothing,
            };
            all = all.and(came);
        }
        Ok(all)
    }

    fn came(&mut self, bytes: &[u8]) -> anyhow::Result<Came> {
        if self.left > 0 {
            return self.body(bytes.len() as u64);
        }
        self.head.extend_from_slice(bytes);
        let Some(end) = self
            .head
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            return Ok(Came::Nothing);
        };
        let head = std::str::from_utf8(&self.head[..end])?;
        ensure!(
            head.starts_with("HTTP/1.1 200 "),
            "an answer begins {head:.60}"
        );
        self.left = length(head).context("an answer without length")?;
        let body = (self.head.len() - end - 4) as u64;
        self.head.clear();
        self.is_first = true;
        if body == 0 {
            return Ok(Came::Nothing);
        }
        self.body(body)
    }

    fn body(&mut self, bytes: u64) -> anyhow::Result<Came> {
        ensure!(bytes <= self.left, "more came than was said");
        let is_first = std::mem::take(&mut self.is_first);
        self.left -= bytes;
        Ok(Came::Body {
            bytes,
            is_first,
            is_last: self.left == 0,
        })
    }
}

/// `content-length`, whatever its case.
fn length(head: &str) -> Option<u64> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    value.trim().parse().ok()
}
