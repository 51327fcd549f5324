//! What a connection's bytes go through.

use std::fs::File;
use std::io::{self, Read as _};
use std::net::Shutdown;

use mio::net::TcpStream;

use super::kernel;

/// A socket.
pub(crate) struct Transport {
    stream: TcpStream,
}

impl Transport {
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self { stream }
    }

    pub(crate) const fn source(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// What has come; 0 when the other side sends no more.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.read(into)
    }

    /// Sends what there is room for; `more` says that others follow at once.
    pub(crate) fn send(&mut self, bytes: &[u8], more: bool) -> io::Result<usize> {
        kernel::send(&self.stream, bytes, more)
    }

    /// Sends what there is room for of a part of a file; 0 when the file is shorter.
    pub(crate) fn send_file(&mut self, file: &File, start: u64, bytes: usize) -> io::Result<usize> {
        kernel::send_file(&self.stream, file, start, bytes)
    }

    /// Ends the connection so that what was sent last arrives: with input left unread the system would cut it.
    pub(crate) fn close(mut self, scratch: &mut [u8]) {
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            let _ = self.stream.read(scratch);
        }
    }
}
