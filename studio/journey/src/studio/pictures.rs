//! Small pictures of a published title along its time, as its own appliances give them to players.

use bytes::Bytes;
use contracts_delivery::{ByteRange, Release, StoredFile, TileSet};
use contracts_membership::TitleId;

use super::Studio;
use crate::error::StudioError;

impl Studio {
    /// The sheets of small pictures of a title; absent when none could be made.
    ///
    /// # Errors
    /// [`StudioError::State`] while the title is not published.
    pub async fn pictures(&self, id: &TitleId) -> Result<Option<TileSet>, StudioError> {
        Ok(self.published(id).await?.tiles)
    }

    /// A sheet of them as a JPEG, by its number from 0; absent when there are not so many.
    ///
    /// # Errors
    /// [`StudioError::State`] while the title is not published.
    pub async fn sheet(&self, id: &TitleId, sheet: usize) -> Result<Option<Bytes>, StudioError> {
        let sheets = self.pictures(id).await?.map(|tiles| tiles.sheets);
        let Some(StoredFile { name, bytes }) = sheets.and_then(|all| all.into_iter().nth(sheet))
        else {
            return Ok(None);
        };
        let whole = ByteRange {
            start: 0,
            end: bytes,
        };
        Ok(Some(self.workshop.origin.read(name, whole).await?))
    }

    async fn published(&self, id: &TitleId) -> Result<Release, StudioError> {
        let record = self.record(id).await?;
        let Some(release) = record.release() else {
            return Err(record.not_published());
        };
        Ok(self.workshop.origin.release(release).await?)
    }
}
