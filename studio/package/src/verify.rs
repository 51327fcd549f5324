//! The last look before anything is published: what was written is what was planned, and it decodes.

use std::path::{Path, PathBuf};

use media_ffmpeg::{InputError, MediaInput, ToolError, Tools};
use studio_shots::SegmentPlan;

use crate::{PackageError, PackagedTrack, TrackMedia};

/// A rendition that must not be published.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The track file cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] PackageError),
    /// The track file cannot be opened.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The file on disk is not the one that was packaged.
    #[error("{path} has changed since it was packaged; package it again")]
    Changed {
        /// The track file.
        path: PathBuf,
    },
    /// Renditions must switch at the same times.
    #[error("segment {segment} of {path} does not begin where the plan has it")]
    Misaligned {
        /// The track file.
        path: PathBuf,
        /// The segment, counted from 0.
        segment: usize,
    },
    /// More or fewer segments than the plan.
    #[error("{path} has {found} segments and the plan has {planned}")]
    SegmentCount {
        /// The track file.
        path: PathBuf,
        /// Segments of the plan.
        planned: usize,
        /// Segments of the file.
        found: usize,
    },
    /// It does not decode from end to end.
    #[error("{path} does not decode: {source}")]
    Undecodable {
        /// The track file.
        path: PathBuf,
        /// What the decoder said.
        source: ToolError,
    },
    /// It decodes to more or fewer frames than the plan.
    #[error("{path} decodes to {decoded} frames and the plan has {planned}")]
    FrameCount {
        /// The track file.
        path: PathBuf,
        /// Frames of the plan.
        planned: u64,
        /// Frames the decoder gave.
        decoded: u64,
    },
}

impl VerifyError {
    /// Whether the same call can succeed later without anything being made again.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreadable(error) => error.is_transient(),
            Self::Undecodable { source, .. } => source.is_transient(),
            _ => false,
        }
    }
}

/// Verifies one rendition, picture or sound: its file reads back as it was described and decodes from
/// end to end without an error; a picture has exactly the plan's frames and begins its segments where
/// the plan has them, so that all renditions that pass line up.
///
/// # Errors
/// The first [`VerifyError`] found.
pub async fn verify(
    tools: &Tools,
    path: &Path,
    track: &PackagedTrack,
    plan: &SegmentPlan,
) -> Result<(), VerifyError> {
    let input = MediaInput::open(path)?;
    if PackagedTrack::read(path).await? != *track || input.bytes() != track.bytes {
        return Err(VerifyError::Changed {
            path: path.to_owned(),
        });
    }
    let picture = matches!(track.media, TrackMedia::Video { .. });
    if picture {
        check_grid(path, track, plan)?;
    }
    let decoded = decode(tools, &input).await.map_err(|source| {
        let path = path.to_owned();
        VerifyError::Undecodable { path, source }
    })?;
    if picture && decoded != plan.frames {
        let path = path.to_owned();
        return Err(VerifyError::FrameCount {
            path,
            planned: plan.frames,
            decoded,
        });
    }
    Ok(())
}

fn check_grid(path: &Path, track: &PackagedTrack, plan: &SegmentPlan) -> Result<(), VerifyError> {
    let path = path.to_owned();
    let (planned, found) = (plan.starts.len(), track.segments.len());
    if planned != found {
        return Err(VerifyError::SegmentCount {
            path,
            planned,
            found,
        });
    }
    let rate = plan.frame_rate;
    // Exact: a frame at `start` lies at start * denominator / numerator seconds.
    let lies_at = |ticks: u64, frame: u64| {
        u128::from(ticks) * u128::from(rate.numerator)
            == u128::from(frame) * u128::from(rate.denominator) * u128::from(track.timescale)
    };
    let off = track
        .segments
        .iter()
        .zip(&plan.starts)
        .position(|(segment, frame)| !lies_at(segment.start, *frame));
    match off {
        Some(segment) => Err(VerifyError::Misaligned { path, segment }),
        None if lies_at(track.duration(), plan.frames) => Ok(()),
        None => Err(VerifyError::Misaligned {
            path,
            segment: found,
        }),
    }
}

/// Decodes all of it, every error being fatal, and returns how many frames came out.
async fn decode(tools: &Tools, input: &MediaInput) -> Result<u64, ToolError> {
    let mut frames = 0;
    tools
        .ffmpeg()
        .args(["-xerror", "-err_detect", "explode"])
        .input_as(input, "mp4")
        .args(["-fps_mode", "passthrough", "-f", "null", "-"])
        .run(|progress| frames = progress.frame)
        .await?;
    Ok(frames)
}
