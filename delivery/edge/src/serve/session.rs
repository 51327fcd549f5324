//! TLS of one connection, over a socket that never waits.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::{HandshakeKind, ServerConfig, ServerConnection};

use crate::limits::{HELD_BYTES, SEAL_STEP};

use super::hello::{Offer, offer_of};

/// A session, from its first byte to its last.
pub(crate) struct Session {
    tls: ServerConnection,
    /// Anything has come yet.
    has_begun: bool,
    /// The socket had less than was asked for when it was read last.
    is_drained: bool,
    /// The socket takes no more for now, and records wait for it.
    is_full: bool,
}

/// How far a handshake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greeted {
    /// Over; whether it went on with an earlier session.
    Done { is_resumed: bool },
    /// The other side's turn.
    Waits,
    /// This is no TLS but the beginning of a request in clear.
    Plain,
    /// It offers HTTP/2, and nothing of it was taken.
    OffersH2,
}

impl Session {
    pub(crate) fn new(config: &Arc<ServerConfig>) -> Result<Self, rustls::Error> {
        let mut tls = ServerConnection::new(Arc::clone(config))?;
        // How much is sealed ahead of the socket is decided by who sends.
        tls.set_buffer_limit(None);
        Ok(Self {
            tls,
            has_begun: false,
            is_drained: false,
            is_full: false,
        })
    }

    /// Brings the handshake on as far as what has come allows.
    pub(crate) fn greet(&mut self, stream: &TcpStream, looks_for_h2: bool) -> io::Result<Greeted> {
        if !self.has_begun {
            let mut first = [0];
            match stream.peek(&mut first) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                // Every method begins with a letter, and no record does.
                Ok(_) if first[0].is_ascii_alphabetic() => return Ok(Greeted::Plain),
                Ok(_) if looks_for_h2 => match offer_of(stream)? {
                    Offer::H2 => return Ok(Greeted::OffersH2),
                    Offer::Partial => return Ok(Greeted::Waits),
                    Offer::Other => self.has_begun = true,
                },
                Ok(_) => self.has_begun = true,
                Err(error) => return waits(error),
            }
        }
        loop {
            if let Err(error) = self.flush(stream) {
                return waits(error);
            }
            if !self.tls.is_handshaking() {
                let is_resumed = self.tls.handshake_kind() == Some(HandshakeKind::Resumed);
                return Ok(Greeted::Done { is_resumed });
            }
            match self.take(stream) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) => return waits(error),
            }
        }
    }

    /// Opened bytes that have come; 0 when the other side sends no more.
    pub(crate) fn read(&mut self, stream: &TcpStream, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.tls.reader().read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            self.take(stream)?;
        }
    }

    /// Whether reading on may give more, when it gave `read` bytes of `room` the last time.
    pub(crate) const fn may_have_more(&self, read: usize, room: usize) -> bool {
        read == room || !self.is_drained
    }

    /// Seals bytes, how many of them it says, and sends the records there is room for. With `more` a few wait for
    /// what follows: a head shares a call, and a packet, with the body behind it.
    pub(crate) fn send(
        &mut self,
        stream: &TcpStream,
        bytes: &[u8],
        more: bool,
    ) -> io::Result<usize> {
        let taken = bytes.len().min(SEAL_STEP);
        self.tls.writer().write_all(&bytes[..taken])?;
        if more && taken <= HELD_BYTES {
            return Ok(taken);
        }
        match self.flush(stream) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    /// Sends the records that wait; an error of the kind `WouldBlock` when the socket took not all of them.
    pub(crate) fn flush(&mut self, stream: &TcpStream) -> io::Result<()> {
        while self.tls.wants_write() {
            let mut socket = Socket {
                stream,
                is_short: false,
            };
            let sent = self.tls.write_tls(&mut socket);
            self.is_full = socket.is_short;
            match sent {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.is_full |= error.kind() == io::ErrorKind::WouldBlock;
                    return Err(error);
                }
                Ok(_) if self.is_full => return Err(io::ErrorKind::WouldBlock.into()),
                Ok(_) => {}
            }
        }
        self.is_full = false;
        Ok(())
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Says that nothing follows.
    pub(crate) fn close(&mut self, stream: &TcpStream) {
        if !self.tls.is_handshaking() {
            self.tls.send_close_notify();
            // Whoever takes no more will not hear it.
            let _ = self.flush(stream);
        }
    }

    /// Reads records from the socket and opens them; 0 when it has ended.
    fn take(&mut self, stream: &TcpStream) -> io::Result<usize> {
        let mut socket = Socket {
            stream,
            is_short: false,
        };
        let read = self.tls.read_tls(&mut socket)?;
        self.is_drained = socket.is_short;
        if let Err(error) = self.tls.process_new_packets() {
            // The alert that says so.
            let _ = self.flush(stream);
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(read)
    }
}

fn waits(error: io::Error) -> io::Result<Greeted> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(Greeted::Waits),
        _ => Err(error),
    }
}

/// A socket that notes whether it had, or took, less than it might: then it is empty, or full (epoll(7)).
struct Socket<'a> {
    stream: &'a TcpStream,
    is_short: bool,
}

impl Read for Socket<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut stream = self.stream;
        let read = stream.read(into)?;
        self.is_short = read < into.len();
        Ok(read)
    }
}

impl Write for Socket<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut stream = self.stream;
        let sent = stream.write_vectored(slices)?;
        self.is_short = sent < slices.iter().map(|slice| slice.len()).sum();
        Ok(sent)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
