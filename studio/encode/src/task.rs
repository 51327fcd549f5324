//! One chunk's work, complete in itself: whoever has the master and this can do it.

use contracts_delivery::FrameRate;
use serde::{Deserialize, Serialize};
use studio_inspect::{Report, VideoFacts};
use studio_shots::{Chunk, SegmentPlan};

use crate::conform::{Conform, Range, Span};
use crate::{Effort, EncodeError, Rendition};

/// What a chunk of a rendition is made from, the master aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChunkTask {
    /// Its place in the title, from 0.
    pub index: u32,
    /// ffprobe's name of the master's container.
    pub container: String,
    /// The master's picture.
    pub video: VideoFacts,
    /// Of the title's grid.
    pub rate: FrameRate,
    /// Its frames: those of the ledger.
    pub span: Span,
    /// Segment starts, counted from the chunk's first frame; key frames stand there and nowhere else.
    pub offsets: Vec<u64>,
    /// What is made.
    pub rendition: Rendition,
    /// How hard the encoder tries.
    pub effort: Effort,
}

impl ChunkTask {
    /// The task of a chunk of a plan.
    ///
    /// # Errors
    /// [`EncodeError::ForeignChunk`] when the chunk is not one of the plan's.
    pub fn new(
        report: &Report,
        plan: &SegmentPlan,
        chunk: &Chunk,
        rendition: &Rendition,
    ) -> Result<Self, EncodeError> {
        let last = chunk.first_segment.checked_add(chunk.segments);
        let end = last.map(|last| plan.starts.get(last).copied().unwrap_or(plan.frames));
        let fits = last.is_some_and(|last| last <= plan.starts.len() && chunk.segments > 0);
        let whole = end == chunk.start_frame.checked_add(chunk.frames);
        let first = plan.starts.get(chunk.first_segment);
        let task = Self {
            index: chunk.index,
            container: report.container.clone(),
            video: report.video.clone(),
            rate: plan.frame_rate,
            span: Span {
                start: chunk.start_frame,
                frames: chunk.frames,
            },
            offsets: Vec::new(),
            rendition: rendition.clone(),
            effort: Effort::Usual,
        };
        if !fits || !whole || first != Some(&chunk.start_frame) {
            return Err(EncodeError::ForeignChunk { what: task.what() });
        }
        let offsets = chunk.segment_offsets(plan);
        Ok(Self { offsets, ..task })
    }

    /// Its name in messages, with its time in the title.
    pub fn what(&self) -> String {
        let end = self.span.start + self.span.frames;
        format!(
            "chunk {} of {} ({} to {})",
            self.index,
            self.rendition.name(),
            clock(self.span.start, self.rate),
            clock(end, self.rate)
        )
    }

    /// How the master becomes the chunk's frames.
    pub(crate) fn conform(&self, can_tone_map: bool) -> Conform<'_> {
        let range = match (self.rendition.hdr, can_tone_map) {
            (true, _) => Range::Kept,
            (false, true) => Range::Mapped,
            (false, false) => Range::Unmapped,
        };
        Conform {
            video: &self.video,
            container: &self.container,
            rate: self.rate,
            span: self.span,
            size: (self.rendition.rung.width, self.rendition.rung.height),
            range,
        }
    }
}

/// A frame's time as `1:02:03.4`.
fn clock(frame: u64, rate: FrameRate) -> String {
    let tenths =
        u128::from(frame) * u128::from(rate.denominator) * 10 / u128::from(rate.numerator.max(1));
    let (seconds, tenth) = (tenths / 10, tenths % 10);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours}:{minutes:02}:{seconds:02}.{tenth}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_told_by_its_time() {
        let film = FrameRate {
            numerator: 24_000,
            denominator: 1001,
        };
        assert_eq!(clock(0, film), "0:00:00.0");
        assert_eq!(clock(24 * 3725, film), "1:02:08.7");
    }
}
