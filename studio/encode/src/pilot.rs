//! The pilot: all of a title once at the smallest size, chunk by chunk as it is encoded later, for what
//! its frames take.

use std::path::Path;
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use media_isobmff::Track;
use studio_ladder::Rung;
use studio_ladder::limits::PILOT_CRF;
use studio_shots::{Chunk, SegmentPlan};
use tokio::sync::Semaphore;

use crate::limits::PILOT_CHUNKS;
use crate::trial::shown;
use crate::{ChunkTask, EncodeError, Rendition, TrialBench, encode_chunk, file_at};

/// What every frame of a title took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pilot {
    /// Bytes of each, in the order they are shown.
    pub frames: Vec<u32>,
    /// CPU time taken.
    pub cpu: Duration,
}

impl TrialBench<'_> {
    /// Encodes these chunks of the plan, which are all of it, as many at once as `places` has room for.
    /// Files go below `folder`, which is made and which the caller removes; `on_done` is told how many
    /// frames were encoded.
    ///
    /// # Errors
    /// [`EncodeError`] when ffmpeg fails or gives other frames than asked for.
    pub async fn pilot(
        &self,
        plan: &SegmentPlan,
        chunks: &[Chunk],
        places: &Semaphore,
        folder: &Path,
        on_done: impl Fn(u64) + Sync,
    ) -> Result<Pilot, EncodeError> {
        tokio::fs::create_dir_all(folder)
            .await
            .map_err(|source| EncodeError::Disk {
                path: folder.to_owned(),
                source,
            })?;
        // As a trial: what the content wants, not what a cap allows.
        let rung = Rung {
            crf: PILOT_CRF,
            max_kbps: self.sizes[0].max_kbps * 3,
            ..self.sizes[0].clone()
        };
        let rendition = Rendition::h264(rung);
        let (rendition, on_done) = (&rendition, &on_done);
        let one = async |chunk: &Chunk| {
            // The semaphore is never closed; without a place the pilot would only be slower.
            let _place = places.acquire().await;
            let path = folder.join(format!("pilot-{}.mp4", chunk.index));
            let task = ChunkTask::new(self.report, plan, chunk, rendition)?;
            let made = encode_chunk(self.tools, self.input, &task, &path, |_| {}).await?;
            let frames = taken(&path).await?;
            on_done(made.frames);
            Ok::<_, EncodeError>((frames, Duration::from_millis(made.cpu_ms)))
        };
        let found: Vec<(Vec<u32>, Duration)> = stream::iter(chunks)
            .map(one)
            .buffered(PILOT_CHUNKS)
            .try_collect()
            .await?;
        Ok(Pilot {
            cpu: found.iter().map(|(_, cpu)| *cpu).sum(),
            frames: found.into_iter().flat_map(|(frames, _)| frames).collect(),
        })
    }
}

/// What each frame of a chunk takes, in the order they are shown.
async fn taken(path: &Path) -> Result<Vec<u32>, EncodeError> {
    let (mut track, _) = file_at::track(path, Track::read_video).await?;
    track.samples.sort_by_key(shown);
    Ok(track.samples.iter().map(|sample| sample.size).collect())
}
