//! Segments decrypted and decoded, where the caller has keys and a decoder.

use std::sync::Arc;

use async_trait::async_trait;
use media_cenc::{Key, uncover};
use media_isobmff::TrackFormat;

use crate::finding::{Finding, Rule};
use crate::stream::Stream;

/// Something that decodes.
#[async_trait]
pub trait Decoder: Send + Sync {
    /// Decodes a track file in clear from end to end.
    ///
    /// # Errors
    /// In one sentence, when any of it does not decode.
    async fn decode(&self, track_file: &[u8]) -> Result<(), String>;
}

/// How segments are looked into.
#[derive(Clone)]
pub(crate) struct Inside {
    pub(crate) decoder: Arc<dyn Decoder>,
    pub(crate) keys: Vec<Key>,
}

impl Inside {
    /// Whether there is a key for a track, where it needs one.
    pub(crate) fn can_open(&self, format: &TrackFormat) -> bool {
        format.entry.protection.is_none() || self.key(format).is_some()
    }

    fn key(&self, format: &TrackFormat) -> Option<Key> {
        let wanted = format.entry.protection?.key_id;
        self.keys.iter().find(|key| key.id == wanted).copied()
    }

    /// Decodes one segment; what does not is found.
    pub(crate) async fn check(
        &self,
        stream: &Stream,
        format: &TrackFormat,
        number: usize,
        bytes: &[u8],
    ) -> Option<Finding> {
        let key = self.key(format).map(|key| key.key);
        let clear = uncover(format, bytes, key.as_ref());
        let decoded = match clear {
            Ok(clear) => self.decoder.decode(&clear).await,
            Err(error) => Err(error.to_string()),
        };
        let at = format!("{}, segment {number}", stream.name);
        decoded
            .err()
            .map(|why| Finding::new(Rule::Undecodable, at, why))
    }
}
