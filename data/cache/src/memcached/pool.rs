//! Connections to one server, each with one call at a time.

use std::io;

use bytes::BytesMut;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::wire::{BadReply, Reply, decode};
use crate::limits::{CONNECT_TIMEOUT, MAX_CONNECTIONS};

/// Why a call failed; its connection is closed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PoolError {
    #[error("the connection failed")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Bad(#[from] BadReply),
}

#[derive(Debug)]
pub(super) struct Pool {
    address: String,
    idle: Mutex<Vec<TcpStream>>,
    room: Semaphore,
}

impl Pool {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            idle: Mutex::default(),
            room: Semaphore::new(MAX_CONNECTIONS),
        }
    }

    /// Sends requests and takes their replies. Dropped half-way it closes its connection, so that a late
    /// reply is never taken for another's.
    pub(super) async fn ask(
        &self,
        requests: &[u8],
        replies: usize,
    ) -> Result<Vec<Reply>, PoolError> {
        let _room = self.room.acquire().await.map_err(io::Error::other)?;
        let mut stream = match self.take_idle() {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        stream.write_all(requests).await?;
        let mut buffer = BytesMut::new();
        let mut taken = Vec::with_capacity(replies);
        while taken.len() < replies {
            if let Some(reply) = decode(&mut buffer)? {
                taken.push(reply);
            } else if stream.read_buf(&mut buffer).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
        if buffer.is_empty() {
            self.idle.lock().push(stream);
        }
        Ok(taken)
    }

    /// A connection that the server has not closed meanwhile and that has nothing left to say.
    fn take_idle(&self) -> Option<TcpStream> {
        loop {
            let stream = self.idle.lock().pop()?;
            let nothing = stream.try_read(&mut [0]);
            if nothing.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
                return Some(stream);
            }
        }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let connect = TcpStream::connect(&self.address);
        let stream = tokio::time::timeout(CONNECT_TIMEOUT, connect).await??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
