//! Bytes from the network, handed to a writer.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use platform_files::require_space;
use tokio::sync::mpsc::{Sender, channel};

use crate::checksum::Verifier;
use crate::limits::{PIECES_WAITING, SILENCE};
use crate::record::Record;
use crate::transfer::{Refusal, Standing, Transfer, Wish};
use crate::uploads::Hold;
use crate::writer::{Piece, Writer};
use crate::{FinishedUpload, Metadata, UploadError, Uploads};

impl Uploads {
    /// Adds the bytes of `body` to an upload at `at` and returns its new offset, all synced. `bytes`
    /// is how many there will be, when that is known.
    pub(crate) async fn append<E>(
        self: &Arc<Self>,
        id: &str,
        (at, bytes): (u64, Option<u64>),
        verifier: Option<Verifier>,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<u64, UploadError> {
        let max = self.limits.max_transfers;
        let permit = Arc::clone(&self.transfers)
            .try_acquire_owned()
            .map_err(|_| UploadError::TooManyTransfers { max })?;
        let hold = self.hold(id)?;
        let transfer = self
            .begin(
                &hold,
                Wish {
                    at,
                    bytes,
                    checked: verifier.is_some(),
                },
            )
            .await?;
        if verifier.is_some() {
            hold.checking(&transfer);
            self.disk.begin_checking(id, transfer.start()).await?;
        }
        let (disk, id, reserve) = (self.disk.clone(), id.to_owned(), self.limits.reserve);
        let writer = Writer {
            disk,
            id,
            transfer,
            verifier,
            reserve,
        };
        let (sender, mut receiver) = channel(PIECES_WAITING);
        let writing = tokio::task::spawn_blocking(move || {
            // Both are given back only when the file is settled, even if this request is dropped.
            let _held = (hold, permit);
            writer.run(&mut receiver)
        });
        feed(body, sender).await;
        writing
            .await
            .map_err(|error| UploadError::Io(std::io::Error::other(error)))?
    }

    async fn begin(&self, hold: &Hold, wish: Wish) -> Result<Transfer, UploadError> {
        let Record {
            length,
            expires_at,
            kept,
            ..
        } = hold.record;
        let offset = self.disk.offset(&hold.id).await?;
        let standing = Standing {
            length,
            offset,
            expires_at,
            kept,
        };
        let transfer =
            Transfer::begin(standing, wish, self.clock.now()).map_err(|refusal| match refusal {
                Refusal::Expired => UploadError::Expired,
                Refusal::InUse => UploadError::InUse,
                Refusal::WrongOffset => UploadError::WrongOffset {
                    offset,
                    given: wish.at,
                },
                Refusal::TooLong => UploadError::TooLong { length },
            })?;
        let coming = wish.bytes.unwrap_or_else(|| transfer.lacking());
        require_space(self.disk.folder(), coming, self.limits.reserve)?;
        Ok(transfer)
    }

    /// Stores a whole file that comes in one request, and keeps it as [`Uploads::finished`] does. What
    /// fails or comes short of `declared` is removed by the next sweep: such a sender cannot send on.
    ///
    /// # Errors
    /// As for an upload; [`UploadError::Interrupted`] when the stream fails or ends early.
    pub async fn store_stream<E>(
        self: &Arc<Self>,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        declared: Option<u64>,
        filename: &str,
    ) -> Result<FinishedUpload, UploadError> {
        // Without a length there is no telling whether it fits: the disk is watched while it comes.
        let room = declared.unwrap_or(0);
        let (id, _) = self.create(room, Metadata::named(filename), "").await?;
        if declared.is_none() {
            self.resize(&id, self.room_left()).await?;
        }
        let mut abandoned = Abandoned {
            uploads: self,
            id: Some(&id),
        };
        let stored = self.store_whole(&id, body, declared).await;
        if stored.is_ok() {
            abandoned.id = None;
        }
        stored
    }

    async fn store_whole<E>(
        self: &Arc<Self>,
        id: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        declared: Option<u64>,
    ) -> Result<FinishedUpload, UploadError> {
        let bytes = self
            .append(id, (0, declared.or(Some(0))), None, body)
            .await?;
        match declared {
            Some(length) if bytes < length => Err(UploadError::Interrupted { offset: bytes }),
            Some(_) => self.finished(id).await,
            None => {
                self.resize(id, bytes).await?;
                self.finished(id).await
            }
        }
    }

    /// The most a file of unknown length may have.
    fn room_left(&self) -> u64 {
        let free = platform_files::available_bytes(self.disk.folder()).unwrap_or(0);
        free.saturating_sub(self.limits.reserve)
            .min(self.limits.max_bytes)
    }

    async fn resize(self: &Arc<Self>, id: &str, length: u64) -> Result<(), UploadError> {
        let hold = self.hold(id)?;
        let record = Record {
            length,
            ..hold.record.clone()
        };
        self.disk.update(id, &record).await?;
        self.replace(id, record);
        Ok(())
    }
}

/// Gives an upload up when dropped with its id: its only request has failed or was dropped itself.
struct Abandoned<'a> {
    uploads: &'a Uploads,
    id: Option<&'a str>,
}

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.uploads.abandon(id);
        }
    }
}

/// Passes the body on until it ends, fails, falls silent, or the writer wants no more.
async fn feed<E>(body: impl Stream<Item = Result<Bytes, E>> + Send, sender: Sender<Piece>) {
    let mut body = pin!(body);
    loop {
        let piece = match tokio::time::timeout(SILENCE, body.next()).await {
            Ok(Some(Ok(bytes))) => Piece::Data(bytes),
            Ok(None) => Piece::End,
            Ok(Some(Err(_))) | Err(_) => return,
        };
        let ended = matches!(piece, Piece::End);
        if sender.send(piece).await.is_err() || ended {
            return;
        }
    }
}
