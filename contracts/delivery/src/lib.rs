//! What other planes may see of delivery: releases and their files, playback tokens, and the services
//! that publish and rank. Types and traits only; nothing here opens a file or a socket.

mod file_name;
mod origin;
mod release;
mod session_id;
mod steering;
mod token;

pub use file_name::{BadFileName, Extension, FileName};
pub use origin::{Origin, OriginError};
pub use release::{
    AudioRendition, Bandwidth, ByteRange, FrameRate, Image, Release, ReleaseId, StoredFile,
    SubtitleTrack, TileSet, VideoRendition,
};
pub use session_id::SessionId;
pub use steering::{ApplianceId, ClientFacts, RankedAppliance, Steering, SteeringError, Tier};
pub use token::{Claims, KeySet, SigningKey, TokenError, TokenSigner};
