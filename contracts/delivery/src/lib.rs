//! What other planes may see of delivery: releases and their files, playback tokens, and the services
//! that publish and rank. Types and traits only; nothing here opens a file or a socket.

mod access;
mod content_key;
mod file_name;
mod location;
mod origin;
mod range_request;
mod release;
mod report;
mod secret;
mod session_id;
mod steering;
pub mod testing;
mod token;
mod upstream;

pub use access::{ACCESS_TOPIC, AccessEvent};
pub use content_key::{BadKeyId, ContentKey, ContentKeys, KeyId};
pub use file_name::{BadFileName, Extension, FileName};
pub use location::{BadLocation, Location};
pub use origin::{Origin, OriginError};
pub use range_request::RangeRequest;
pub use release::{
    AudioRendition, Bandwidth, ByteRange, Colour, Download, DynamicRange, FrameRate, Image,
    Release, ReleaseId, Shape, StoredFile, SubtitleTrack, TileSet, VideoRendition,
};
pub use report::{
    ApplianceReport, ControlError, ControlPlane, FillHours, HeldFiles, Neighbour, Placement,
    ReportReply, RoundTrip, Vitals, Withdrawal, WithdrawalLog,
};
pub use secret::{BadClusterSecret, CLUSTER_SECRET_MIN_BYTES, ClusterSecret};
pub use session_id::SessionId;
pub use steering::{
    ApplianceId, ClientFacts, MAX_NAME_BYTES, RankedAppliance, Ranking, Steering, SteeringError,
    SteeringRequest, Tier, is_plain_name,
};
pub use token::{Claims, KeySet, SigningKey, TokenError, TokenSigner};
pub use upstream::{FILE_BYTES_HEADER, FILL_FILES_PATH, FileFacts, Upstream, UpstreamError};
