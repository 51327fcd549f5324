//! HDR10's dynamic metadata (HDR10+, SMPTE ST 2094-40): how bright each frame is and how a display that
//! is less bright should show it. It goes from the master's frames to those of the chunk.
//!
//! ffprobe prints what came with every decoded frame, and x265 takes a file of it. Of the encoders that
//! keep high dynamic range it alone writes any.

mod frames;
mod metadata;

use std::path::{Path, PathBuf};

use contracts_studio::VideoCodec;
use media_ffmpeg::{MediaInput, ToolError, Tools};
use studio_shots::{ReadFrom, seconds};

use crate::conform::Conform;
use crate::encoder::PQ;
use crate::limits::{AFTER_SPAN, PRE_ROLL};
use crate::{ChunkTask, EncodeError};
use frames::Frames;
use metadata::Printed;

/// A file for the encoder, by its name in a folder of its own, which is gone with this.
#[derive(Debug)]
pub(crate) struct Dynamic {
    folder: PathBuf,
}

/// What the encoder's options call the file. They would trip over the characters of a path.
pub(crate) const FILE: &str = "frames.json";

impl Dynamic {
    /// What the master says of a chunk's frames, where it says anything and the encoder can write it. The
    /// folder is made beside `out`.
    ///
    /// # Errors
    /// [`EncodeError`] where a retry can help; a picture that cannot be read to its end has what was
    /// read of it.
    pub(crate) async fn of(
        tools: &Tools,
        input: &MediaInput,
        task: &ChunkTask,
        conform: &Conform<'_>,
        out: &Path,
    ) -> Result<Option<Self>, EncodeError> {
        let colour = &task.video.colour;
        let is_wanted = task.rendition.hdr
            && task.rendition.codec == VideoCodec::Hevc
            && colour.hdr10_plus
            && colour.transfer.as_deref() == Some(PQ);
        if !is_wanted {
            return Ok(None);
        }
        let Some(json) = read(tools, input, task, conform).await? else {
            return Ok(None);
        };
        let folder = out.with_extension("dynamic");
        let file = folder.join(FILE);
        let disk = |source| EncodeError::Disk {
            path: file.clone(),
            source,
        };
        tokio::fs::create_dir_all(&folder).await.map_err(disk)?;
        let made = Self { folder };
        platform_files::write_atomic(&file, json.as_bytes())
            .await
            .map_err(disk)?;
        Ok(Some(made))
    }

    /// Where the file is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Dynamic {
    fn drop(&mut self) {
        // What stays lies in a work folder, which is removed with the run.
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

/// The encoder's file, as text.
async fn read(
    tools: &Tools,
    input: &MediaInput,
    task: &ChunkTask,
    conform: &Conform<'_>,
) -> Result<Option<String>, EncodeError> {
    let mut frames = Frames::new(task.rate, task.video.start_ms, task.span);
    let mut printed = Printed::default();
    let command = tools
        .ffprobe()
        .args(["-threads", "1", "-select_streams"])
        .arg(task.video.stream_index.to_string())
        .args(["-show_frames", "-show_entries"])
        .arg("frame=best_effort_timestamp_time:frame_side_data")
        .args(["-of", "default", "-read_intervals", &interval(conform)])
        .input(input);
    let take = |bytes: &[u8]| printed.feed(bytes, |time, found| frames.take(time, found));
    match command.stream(take, |_| {}).await {
        Ok(_) | Err(ToolError::Failed { .. }) => Ok(frames.json()),
        Err(source) => Err(EncodeError::Tool {
            what: task.what(),
            source,
        }),
    }
}

/// The part of the master that holds the span, on the master's own clock.
fn interval(conform: &Conform<'_>) -> String {
    let (begin, end) = conform.times_ms();
    let end = seconds(end + AFTER_SPAN.as_millis() as i64);
    match conform.best_start() {
        ReadFrom::Beginning => format!("%{end}"),
        ReadFrom::Index => format!("{}%{end}", seconds(begin - PRE_ROLL.as_millis() as i64)),
    }
}
