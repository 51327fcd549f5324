//! A response's bytes: block after block, the one the player waits for first, the next few ahead.

use std::sync::Arc;

use bytes::Bytes;
use contracts_delivery::{ByteRange, UpstreamError};
use data_objects::tree::BLOCK_BYTES;
use futures::{Stream, stream};
use tokio::sync::OwnedSemaphorePermit;

use crate::file::fill::Filler;
use crate::file::{Block, OpenFile};
use crate::library::HeldFile;
use crate::limits::PIECE_BYTES;

/// What is still to be sent of one response.
pub(crate) struct Body {
    held: HeldFile,
    filler: Arc<Filler>,
    read_ahead: u32,
    next: u64,
    end: u64,
    current: Option<(u32, Block)>,
    /// Held until the response has ended, however it ends.
    _slot: StreamSlot,
}

/// One of the responses an appliance may send at once.
pub(crate) struct StreamSlot {
    filler: Arc<Filler>,
    _permit: OwnedSemaphorePermit,
}

impl StreamSlot {
    pub(crate) fn new(filler: Arc<Filler>, permit: OwnedSemaphorePermit) -> Self {
        filler.metrics.streams.inc();
        Self {
            filler,
            _permit: permit,
        }
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        self.filler.metrics.streams.dec();
    }
}

impl Body {
    pub(crate) fn new(held: HeldFile, range: ByteRange, read_ahead: u32, slot: StreamSlot) -> Self {
        let filler = Arc::clone(&slot.filler);
        let ByteRange { start: next, end } = range;
        Self {
            held,
            filler,
            read_ahead,
            next,
            end,
            current: None,
            _slot: slot,
        }
    }

    /// The bytes as a stream. The first piece is waited for here, while an error can still be told with
    /// a status; a later error breaks the connection off, as there is no other way to say it.
    pub(crate) async fn start(
        mut self,
    ) -> Result<impl Stream<Item = Result<Bytes, UpstreamError>> + Send, UpstreamError> {
        let first = self.piece().await?;
        Ok(stream::try_unfold(
            (first, self),
            |(ready, mut body)| async move {
                match ready {
                    Some(piece) => Ok(Some((piece, (None, body)))),
                    None => Ok(body.piece().await?.map(|piece| (piece, (None, body)))),
                }
            },
        ))
    }

    /// The next piece; `None` after the last.
    async fn piece(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        if self.next >= self.end {
            return Ok(None);
        }
        let block = (self.next / BLOCK_BYTES) as u32;
        if self
            .current
            .as_ref()
            .is_none_or(|(current, _)| *current != block)
        {
            self.enter(block).await?;
        }
        let piece = if let Some(piece) = self.read(block).await {
            piece
        } else {
            // The disk lost the block; entering it again fills it.
            self.enter(block).await?;
            self.read(block).await.ok_or(UpstreamError::Down)?
        };
        self.next += piece.len() as u64;
        self.filler.metrics.bytes_served.inc_by(piece.len() as u64);
        Ok(Some(piece))
    }

    /// Waits for a block, then lets the next ones be fetched while this one is sent.
    async fn enter(&mut self, block: u32) -> Result<(), UpstreamError> {
        let source = self.held.file.block(block, &self.filler).await?;
        self.current = Some((block, source));
        let last = ((self.end - 1) / BLOCK_BYTES) as u32;
        for ahead in block + 1..=last.min(block.saturating_add(self.read_ahead)) {
            self.held.file.read_ahead(ahead, &self.filler);
        }
        Ok(())
    }

    async fn read(&self, block: u32) -> Option<Bytes> {
        let file: &OpenFile = &self.held.file;
        let inside = file.block_range(block);
        let end = self.end.min(inside.end);
        match &self.current.as_ref()?.1 {
            Block::Fetched(bytes) => {
                let (start, end) = (self.next - inside.start, end - inside.start);
                Some(bytes.slice(start as usize..end as usize))
            }
            Block::Stored => {
                let end = end.min(self.next + PIECE_BYTES);
                file.read_stored(
                    block,
                    ByteRange {
                        start: self.next,
                        end,
                    },
                )
                .await
            }
        }
    }
}
