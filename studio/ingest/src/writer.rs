//! Writes one request's bytes, on a thread of its own.
//!
//! The thread owns the upload until it has settled: a request whose client goes away is dropped in the
//! middle, and must leave neither a write under way nor an unsettled file to the next one.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use bytes::Bytes;
use platform_files::require_space;
use tokio::sync::mpsc::Receiver;

use crate::UploadError;
use crate::checksum::Verifier;
use crate::disk::Disk;
use crate::limits::SYNC_EVERY;
use crate::transfer::{End, Settlement, Transfer, Verdict};

/// What reaches the writer.
pub(crate) enum Piece {
    /// Bytes.
    Data(Bytes),
    /// The request ended as it should. A channel that closes without it was cut off.
    End,
}

/// One request's writing.
pub(crate) struct Writer {
    pub(crate) disk: Disk,
    pub(crate) id: String,
    pub(crate) transfer: Transfer,
    pub(crate) verifier: Option<Verifier>,
    pub(crate) reserve: u64,
}

impl Writer {
    /// Writes what comes, settles, and returns the upload's new offset.
    pub(crate) fn run(mut self, pieces: &mut Receiver<Piece>) -> Result<u64, UploadError> {
        let mut file = self.disk.open_bytes(&self.id)?;
        let mut failure = None;
        let end = match self.write(&mut file, pieces) {
            Ok(end) => end,
            Err(error) => {
                failure = Some(error);
                End::DiskFailed
            }
        };
        let length = self
            .transfer
            .offset()
            .saturating_add(self.transfer.lacking());
        let settled = self.settle(&file, end)?;
        match (settled.verdict, failure) {
            (_, Some(error)) => Err(error),
            (Verdict::Accepted, None) => Ok(settled.offset),
            (Verdict::WrongChecksum, None) => Err(UploadError::WrongChecksum),
            (Verdict::TooLong, None) => Err(UploadError::TooLong { length }),
            (Verdict::Interrupted | Verdict::DiskFailed, None) => Err(UploadError::Interrupted {
                offset: settled.offset,
            }),
        }
    }

    fn write(&mut self, file: &mut File, pieces: &mut Receiver<Piece>) -> Result<End, UploadError> {
        file.seek(SeekFrom::Start(self.transfer.start()))?;
        let mut unsynced = 0;
        while let Some(piece) = pieces.blocking_recv() {
            let Piece::Data(bytes) = piece else {
                let checksum_holds = self.verifier.take().is_none_or(Verifier::holds);
                return Ok(End::Whole { checksum_holds });
            };
            let before = self.transfer;
            if !self.transfer.accept(bytes.len() as u64) {
                return Ok(End::Interrupted);
            }
            if let Err(error) = file.write_all(&bytes) {
                // What fitted of this piece is cut away again; the pieces before it stay.
                self.transfer = before;
                return Err(error.into());
            }
            if let Some(verifier) = &mut self.verifier {
                verifier.update(&bytes);
            }
            unsynced += bytes.len() as u64;
            if unsynced >= SYNC_EVERY {
                file.sync_data()?;
                require_space(self.disk.folder(), 0, self.reserve)?;
                unsynced = 0;
            }
        }
        Ok(End::Interrupted)
    }

    fn settle(&self, file: &File, end: End) -> Result<Settlement, UploadError> {
        let settled = self.transfer.settle(end);
        if file.metadata()?.len() != settled.offset {
            file.set_len(settled.offset)?;
        }
        file.sync_data()?;
        self.disk.end_checking(&self.id)?;
        Ok(settled)
    }
}
