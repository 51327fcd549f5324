//! What a connection's bytes go through: a socket, and TLS where the appliance speaks it.

use std::fs::File;
use std::io::{self, Read as _};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use mio::net::TcpStream;
use rustls::ServerConfig;

use super::kernel;
use super::records::Batch;
use super::session::{Greeted, Session};

/// A socket, in clear or not.
pub(crate) struct Transport {
    stream: TcpStream,
    session: Option<Box<Session>>,
}

impl Transport {
    /// A new connection's, which begins with a handshake where there is a `tls`.
    pub(crate) fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        let session = tls.map(Session::new).transpose();
        let session = session.map_err(io::Error::other)?.map(Box::new);
        Ok(Self { stream, session })
    }

    pub(crate) const fn source(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether bytes go out as they are.
    pub(crate) const fn is_clear(&self) -> bool {
        self.session.is_none()
    }

    /// Brings the handshake on. Where there turns out to be none, it is in clear from here on; with `looks_for_h2` one
    /// that offers HTTP/2 is left as it came.
    pub(crate) fn greet(&mut self, looks_for_h2: bool) -> io::Result<Greeted> {
        let Some(session) = &mut self.session else {
            return Ok(Greeted::Plain);
        };
        let greeted = session.greet(&self.stream, looks_for_h2)?;
        if greeted == Greeted::Plain {
            self.session = None;
        }
        Ok(greeted)
    }

    /// What has come; 0 when the other side sends no more.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.session {
            None => self.stream.read(into),
            Some(session) => session.read(&self.stream, into),
        }
    }

    /// Whether reading on may give more, when it gave `read` bytes of `room`; less than there was room for is all
    /// that had come (epoll(7)).
    pub(crate) fn may_have_more(&self, read: usize, room: usize) -> bool {
        match &self.session {
            None => read == room,
            Some(session) => session.may_have_more(read, room),
        }
    }

    /// Sends what there is room for. By TLS it may take more than that: [`Self::is_full`] says whether some of it waits,
    /// and with `more`, which says that others follow at once, a few bytes wait for those.
    pub(crate) fn send(&mut self, bytes: &[u8], more: bool) -> io::Result<usize> {
        match &mut self.session {
            None => kernel::send(&self.stream, bytes),
            Some(session) => session.send(&self.stream, bytes, more),
        }
    }

    /// Takes all that was read into a batch, by TLS, and sends what there is room for; see [`Self::is_full`].
    pub(crate) fn send_batch(&mut self, batch: &mut Batch) -> io::Result<usize> {
        match &mut self.session {
            None => Err(io::Error::other("nothing is sealed on this connection")),
            Some(session) => session.send_batch(&self.stream, batch),
        }
    }

    /// Sends what there is room for of a part of a file, in clear; 0 when the file is shorter.
    pub(crate) fn send_file(&mut self, file: &File, start: u64, bytes: usize) -> io::Result<usize> {
        kernel::send_file(&self.stream, file, start, bytes)
    }

    /// How long a round trip takes on it; none where the system cannot say.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        kernel::round_trip(&self.stream)
    }

    /// Whether something that was taken waits for room.
    pub(crate) fn is_full(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.is_full())
    }

    /// Sends what was taken and waits; an error of the kind `WouldBlock` when there is no room for all of it.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            None => Ok(()),
            Some(session) => session.flush(&self.stream),
        }
    }

    /// Ends the connection so that what was sent last arrives: with input left unread the system would cut it.
    pub(crate) fn close(mut self, scratch: &mut [u8]) {
        if let Some(session) = &mut self.session {
            session.close(&self.stream);
        }
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            let _ = self.stream.read(scratch);
        }
    }
}

impl From<Transport> for std::net::TcpStream {
    /// The socket alone, which still never waits.
    fn from(transport: Transport) -> Self {
        transport.stream.into()
    }
}
