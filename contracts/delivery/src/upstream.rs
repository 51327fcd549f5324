//! Where an appliance gets what it lacks: a source of files and of the hash trees that verify them.

use async_trait::async_trait;
use bytes::Bytes;
use data_objects::ContentHash;

use crate::ByteRange;

/// What must be known of a file before a block of it can be asked for and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// The file's size.
    pub bytes: u64,
    /// Its hash tree as stored beside it; verified against the file's name by whoever reads it.
    pub outboard: Bytes,
}

/// Why an upstream did not give what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// There is no such file, or it has been withdrawn; a retry does not help.
    #[error("there is no such file upstream")]
    NotFound,
    /// No answer in time; a retry may help.
    #[error("the upstream did not answer in time")]
    Timeout,
    /// Refused, unreachable or broken; a retry may help.
    #[error("the upstream is down")]
    Down,
    /// It answered with something other than what was asked for.
    #[error("the upstream gave a wrong answer")]
    Wrong,
}

/// A source of files. What it gives is not trusted: appliances verify every block.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// A file's size and hash tree.
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError>;

    /// A file's size alone, where that is cheaper to find out.
    async fn bytes(&self, file: ContentHash) -> Result<u64, UpstreamError> {
        Ok(self.facts(file).await?.bytes)
    }

    /// Bytes of a file; the range lies within it.
    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError>;
}

/// The path of the fill service's file resource under a base URL of the origin or of an appliance.
pub const FILL_FILES_PATH: &str = "fill/v1/files";

/// The header in which the fill service says how long the file is that a hash tree belongs to.
pub const FILE_BYTES_HEADER: &str = "marquee-file-bytes";
