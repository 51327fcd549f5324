//! TLS of one connection, over a socket that never waits.

use std::io::{self, IoSlice, Read, Write};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::{HandshakeKind, ProtocolVersion, ServerConfig, ServerConnection};

use crate::limits::{HELD_BYTES, SEAL_STEP};

use super::hello::{Offer, offer_of};
use super::records::{self, Batch};

/// A session, from its first byte to its last.
pub(crate) struct Session {
    tls: ServerConnection,
    /// Of a batch, what the socket had no room for, and how much of that has gone out since.
    held: Vec<u8>,
    held_sent: usize,
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
            held: Vec::new(),
            held_sent: 0,
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
        self.flush_later(stream).map(|()| taken)
    }

    /// Seals what was read into a batch, and sends the records there is room for; how many bytes that were, before.
    pub(crate) fn send_batch(
        &mut self,
        stream: &TcpStream,
        batch: &mut Batch,
    ) -> io::Result<usize> {
        if self.is_full {
            self.flush(stream)?;
        }
        let taken = batch.filled();
        if self.tls.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
            for content in batch.contents() {
                self.tls.writer().write_all(content)?;
            }
            return self.flush_later(stream).map(|()| taken);
        }
        let outgoing = records::seal(&mut self.tls, batch)?;
        let (slices, mut socket) = (outgoing.slices(), Socket::new(stream));
        let sent = match socket.write_vectored(&slices) {
            Err(error) if is_for_now(&error) => 0,
            sent => sent?,
        };
        if slices.iter().map(|slice| slice.len()).sum::<usize>() > sent {
            (self.held, self.held_sent, self.is_full) = (outgoing.left(sent), 0, true);
        }
        Ok(taken)
    }

    /// Sends the records that wait; an error of the kind `WouldBlock` when the socket took not all of them.
    pub(crate) fn flush(&mut self, stream: &TcpStream) -> io::Result<()> {
        self.flush_held(stream)?;
        while self.tls.wants_write() {
            let mut socket = Socket::new(stream);
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

    /// As [`Self::flush`]; what there is no room for waits.
    fn flush_later(&mut self, stream: &TcpStream) -> io::Result<()> {
        match self.flush(stream) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends what is left of a batch, which goes before everything that rustls sealed since.
    fn flush_held(&mut self, stream: &TcpStream) -> io::Result<()> {
        while self.held_sent < self.held.len() {
            match Socket::new(stream).write(&self.held[self.held_sent..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => self.held_sent += sent?,
            }
        }
        if !self.held.is_empty() {
            (self.held, self.held_sent) = (Vec::new(), 0);
        }
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
        let mut socket = Socket::new(stream);
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
    if is_for_now(&error) {
        Ok(Greeted::Waits)
    } else {
        Err(error)
    }
}

/// Whether trying again later is all there is to do.
fn is_for_now(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// A socket that notes whether it had, or took, less than it might: then it is empty, or full (epoll(7)).
struct Socket<'a> {
    stream: &'a TcpStream,
    is_short: bool,
}

impl<'a> Socket<'a> {
    const fn new(stream: &'a TcpStream) -> Self {
        Self {
            stream,
            is_short: false,
        }
    }
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
