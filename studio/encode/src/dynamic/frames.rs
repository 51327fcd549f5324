//! The metadata of a master's frames, laid on the grid as the frames are, and the encoder's file of it.

use contracts_delivery::FrameRate;
use serde_json::{Value, json};

use super::metadata::Metadata;
use crate::conform::Span;

/// What is known of each frame of a span.
#[derive(Debug)]
pub(super) struct Frames {
    rate: FrameRate,
    start_s: f64,
    span: Span,
    /// Of the last frame before the span, which is shown on where the span begins in a gap.
    before: Option<Metadata>,
    own: Vec<Option<Metadata>>,
}

impl Frames {
    /// For a span of a grid whose frame 0 is at so many milliseconds of the master's clock.
    pub(super) fn new(rate: FrameRate, start_ms: i64, span: Span) -> Self {
        let frames = usize::try_from(span.frames).unwrap_or(0);
        Self {
            rate,
            start_s: start_ms as f64 / 1000.0,
            span,
            before: None,
            own: vec![None; frames],
        }
    }

    /// Takes a frame of the master, shown at so many seconds: it has the place on the grid that is
    /// nearest to its time.
    pub(super) fn take(&mut self, time: f64, found: Option<Metadata>) {
        let Some(found) = found else {
            return;
        };
        let place = ((time - self.start_s) * self.rate.per_second()).round();
        let inside = place - self.span.start as f64;
        if inside < 0.0 {
            self.before = Some(found);
        } else if let Some(own) = self.own.get_mut(inside as usize) {
            *own = Some(found);
        }
    }

    /// The encoder's file: a frame of which nothing is known has what the one before it has, as it does
    /// where the grid repeats a frame. Nothing where nothing is known of any.
    pub(super) fn json(self) -> Option<String> {
        let first = self.own.iter().flatten().next().cloned();
        let mut last = self.before.or(first)?;
        let frame = |(index, own): (usize, Option<Metadata>)| {
            last = own.unwrap_or_else(|| last.clone());
            told(index, &last)
        };
        let frames: Vec<Value> = self.own.into_iter().enumerate().map(frame).collect();
        let all = json!({
            "JSONInfo": { "HDR10plusProfile": "B", "Version": "1.0" },
            "SceneInfo": frames,
        });
        Some(all.to_string())
    }
}

fn told(index: usize, of: &Metadata) -> Value {
    let mut told = json!({
        "LuminanceParameters": {
            "AverageRGB": of.average,
            "LuminanceDistributions": {
                "DistributionIndex": of.percentages,
                "DistributionValues": of.percentiles,
            },
            "MaxScl": of.greatest,
        },
        "NumberOfWindows": 1,
        "TargetedSystemDisplayMaximumLuminance": of.display,
        "SceneFrameIndex": index,
        "SceneId": 0,
        "SequenceFrameIndex": index,
    });
    if !of.anchors.is_empty() {
        told["BezierCurveData"] = json!({
            "Anchors": of.anchors,
            "KneePointX": of.knee.0,
            "KneePointY": of.knee.1,
        });
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(average: u32) -> Metadata {
        Metadata {
            average,
            greatest: vec![1, 2, 3],
            ..Metadata::default()
        }
    }

    fn averages(taken: &[(f64, u32)], span: Span) -> Option<Vec<u64>> {
        let film = FrameRate {
            numerator: 24_000,
            denominator: 1001,
        };
        let mut frames = Frames::new(film, 500, span);
        for (time, average) in taken {
            frames.take(*time, Some(metadata(*average)));
            frames.take(*time + 0.001, None);
        }
        let all: Value = serde_json::from_str(&frames.json()?).unwrap();
        let average = |frame: &Value| frame["LuminanceParameters"]["AverageRGB"].as_u64();
        all["SceneInfo"].as_array()?.iter().map(average).collect()
    }

    #[test]
    fn frames_have_their_own_and_repeats_what_they_repeat() {
        let span = Span {
            start: 24,
            frames: 4,
        };
        // Frame 24 is at 1.501 s of the master's clock, which begins at half a second.
        let taken = [(1.46, 23), (1.501, 24), (1.5845, 26), (1.67, 28)];
        assert_eq!(averages(&taken, span), Some(vec![24, 24, 26, 26]));
        assert_eq!(averages(&taken[2..], span), Some(vec![26; 4]));
        assert_eq!(averages(&taken[..1], span), Some(vec![23; 4]));
        assert_eq!(averages(&taken[3..], span), None);
        assert_eq!(averages(&[], span), None);
    }
}
