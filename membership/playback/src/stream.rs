//! One stream of picture and sound for programs that know neither HLS nor DASH: a fragmented MP4 made
//! from the release's track files as its bytes are taken.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use contracts_delivery::{
    AudioRendition, ByteRange, DynamicRange, FileName, Origin, Release, SessionId, VideoRendition,
};
use contracts_membership::Account;
use futures::Stream;
use media_isobmff::{Head, Remux, RemuxTrack, Step};

use crate::limits::{MAX_FRAGMENT_BYTES, READ_BYTES, STREAM_TOUCH};
use crate::manifest::offered_video;
use crate::{Offer, Playback, PlaybackError};

/// The rendition for a line that cannot adapt: the tallest within `height`, or the smallest of all; in
/// H.264 and standard dynamic range, which whoever takes such a stream is most likely to show.
pub(crate) fn choose_video(release: &Release, height: u32) -> Option<&VideoRendition> {
    // Among equals the one listed last has the higher bandwidth.
    offered_video(release, height)
        .into_iter()
        .rev()
        .max_by_key(|it| {
            let plain = it.format() == "avc1" && it.dynamic_range() == DynamicRange::Sdr;
            (plain, it.height, it.bandwidth.peak_bps)
        })
}

/// Likewise stereo AAC, and the default among it.
fn choose_audio(release: &Release) -> Option<&AudioRendition> {
    release.audio.iter().rev().max_by_key(|track| {
        let plain = track.codec.starts_with("mp4a") && track.channels <= 2;
        (plain, track.default)
    })
}

/// Ends the session when the stream is dropped: read to its end, or let go by its reader.
struct Ending {
    playback: Arc<Playback>,
    account: Account,
    session: SessionId,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let (playback, session) = (Arc::clone(&self.playback), self.session);
        let account = self.account.id.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = playback.end(&account, session).await {
                    tracing::warn!(?session, %error, "a stream's session waits to be swept");
                }
            });
        }
    }
}

/// A stream that is planned and not yet read.
pub(crate) struct DirectStream {
    ending: Ending,
    init: Bytes,
    steps: VecDeque<Step>,
    video: FileName,
    audio: Option<FileName>,
    touched: Duration,
}

impl DirectStream {
    /// Plans the stream of a play just begun, from the sync sample at or before `from`. The play ends
    /// with it, and also when it cannot be planned.
    pub(crate) async fn plan(
        playback: Arc<Playback>,
        account: Account,
        offer: &Offer,
        from: Duration,
        height: u32,
    ) -> Result<Self, PlaybackError> {
        let ending = Ending {
            playback,
            account,
            session: offer.id(),
        };
        if offer.release.key.is_some() {
            return Err(PlaybackError::Encrypted);
        }
        let duration_ms = offer.release.duration_ms;
        if from >= Duration::from_millis(duration_ms) {
            return Err(PlaybackError::PastTheEnd { duration_ms });
        }
        let origin = &*ending.playback.parts.origin;
        let height = height.min(ending.account.plan.max_height);
        let video = choose_video(&offer.release, height)
            .ok_or_else(|| PlaybackError::BadTrack("the release has no video".into()))?;
        let audio = choose_audio(&offer.release);
        let heads = futures::try_join!(head(origin, video.file.name, video.index), async {
            match audio {
                Some(track) => head(origin, track.file.name, track.index).await.map(Some),
                None => Ok(None),
            }
        });
        let (video_head, audio_head) = heads?;
        let plan = Remux::plan(&video_head, audio_head.as_ref(), from)
            .map_err(|error| PlaybackError::BadTrack(error.to_string()))?;
        let touched = ending.playback.parts.clock.monotonic();
        Ok(Self {
            init: Bytes::copy_from_slice(plan.init()),
            steps: plan.steps().to_vec().into(),
            video: video.file.name,
            audio: audio.map(|track| track.file.name),
            touched,
            ending,
        })
    }

    /// The stream's bytes. The next fragment is read when the one before was taken, so a slow reader
    /// costs one fragment of memory.
    pub(crate) fn bytes(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        let init = self.init.clone();
        let media = futures::stream::try_unfold(self, async |mut stream| {
            while let Some(step) = stream.steps.pop_front() {
                let fragment = stream.fragment(&step).await.map_err(|error| {
                    let session = stream.ending.session;
                    tracing::warn!(?session, %error, "a direct stream is cut off");
                    io::Error::other(error)
                })?;
                if !fragment.is_empty() {
                    return Ok(Some((fragment, stream)));
                }
            }
            Ok(None)
        });
        futures::StreamExt::chain(futures::stream::iter([Ok(init)]), media)
    }

    async fn fragment(&mut self, step: &Step) -> Result<Bytes, PlaybackError> {
        let Ending {
            playback,
            account,
            session,
        } = &self.ending;
        let now = playback.parts.clock.monotonic();
        if now.saturating_sub(self.touched) >= STREAM_TOUCH {
            playback.touch(account, *session).await?;
            self.touched = now;
        }
        let file = match step.track {
            RemuxTrack::Video => self.video,
            RemuxTrack::Audio => self.audio.unwrap_or(self.video),
        };
        let range = ByteRange {
            start: step.range.start,
            end: step.range.end,
        };
        if range.len() > MAX_FRAGMENT_BYTES {
            let detail = format!("a fragment of {file} has {} bytes", range.len());
            return Err(PlaybackError::BadTrack(detail));
        }
        let bytes = read(&*playback.parts.origin, file, range).await?;
        let fragment = step.rewrite(&bytes);
        Ok(fragment
            .map_err(|error| PlaybackError::BadTrack(error.to_string()))?
            .into())
    }
}

async fn head(
    origin: &dyn Origin,
    file: FileName,
    index: ByteRange,
) -> Result<Head, PlaybackError> {
    if index.end > media_isobmff::limits::MAX_HEAD_BYTES {
        return Err(PlaybackError::BadTrack(format!(
            "the index of {file} is too long"
        )));
    }
    let bytes = read(
        origin,
        file,
        ByteRange {
            start: 0,
            end: index.end,
        },
    )
    .await?;
    Head::parse(&bytes).map_err(|error| PlaybackError::BadTrack(error.to_string()))
}

/// A range, asked for in bounded pieces.
async fn read(
    origin: &dyn Origin,
    file: FileName,
    range: ByteRange,
) -> Result<BytesMut, PlaybackError> {
    let mut bytes = BytesMut::with_capacity(range.len() as usize);
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start.saturating_add(READ_BYTES));
        bytes.extend_from_slice(&origin.read(file, ByteRange { start, end }).await?);
        start = end;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
