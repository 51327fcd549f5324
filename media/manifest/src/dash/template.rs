//! Segments in files named by a pattern: `$RepresentationID$`, `$Number%05d$`, `$Time$`, `$Bandwidth$`.

use std::time::Duration;

use super::error::MpdError;
use super::fields;
use super::xml::Element;
use crate::limits::MAX_SEGMENTS;

/// How segments are named and how long they play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentTemplate {
    /// The pattern of segments' names.
    pub media: String,
    /// The pattern of the initialization section's name.
    pub initialization: Option<String>,
    /// Ticks a second; never zero when read.
    pub timescale: u32,
    /// The first segment's `$Number$`.
    pub start_number: u64,
    /// Every segment's length in ticks, when they are equal.
    pub duration: Option<u64>,
    /// The segments' lengths, when they differ.
    pub timeline: Vec<TimelineRun>,
}

/// Segments of equal length in a row (`S`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineRun {
    /// When the first starts, in ticks; where the run before ends when absent.
    pub start: Option<u64>,
    /// How long each is, in ticks.
    pub duration: u64,
    /// How often it is repeated after the first; below zero, until the next run or the end.
    pub repeat: i64,
}

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSegment {
    /// The file, relative to the representation's base URL.
    pub uri: String,
    /// When it starts, in ticks.
    pub start: u64,
    /// How long it plays.
    pub duration: Duration,
}

impl SegmentTemplate {
    /// From templates of the representation, its set and its period, the nearest first: each attribute
    /// comes from the nearest that has it.
    pub(super) fn read(layers: &[&Element]) -> Result<Self, MpdError> {
        let with = |name: &str| {
            layers
                .iter()
                .copied()
                .find(|layer| layer.get(name).is_some())
        };
        let text = |name: &str| {
            with(name)
                .and_then(|layer| layer.get(name))
                .map(str::to_owned)
        };
        let number = |name: &'static str| match with(name) {
            Some(layer) => fields::number::<u64>(layer, name),
            None => Ok(None),
        };
        let timescale = u32::try_from(number("timescale")?.unwrap_or(1)).ok();
        let timeline = match layers
            .iter()
            .find_map(|layer| layer.child("SegmentTimeline"))
        {
            Some(timeline) => timeline
                .all("S")
                .map(TimelineRun::read)
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let template = Self {
            media: text("media").ok_or(MpdError::Missing("the media of SegmentTemplate"))?,
            initialization: text("initialization"),
            timescale: timescale
                .filter(|it| *it > 0)
                .ok_or(MpdError::Malformed("timescale"))?,
            start_number: number("startNumber")?.unwrap_or(1),
            duration: number("duration")?,
            timeline,
        };
        if template.timeline.is_empty() && template.duration.is_none_or(|ticks| ticks == 0) {
            return Err(MpdError::Missing(
                "the duration or SegmentTimeline of SegmentTemplate",
            ));
        }
        Ok(template)
    }

    /// The initialization section's file for one representation.
    pub fn init_uri(&self, representation_id: &str, bandwidth: u64) -> Option<String> {
        let pattern = self.initialization.as_deref()?;
        Some(fill(
            pattern,
            representation_id,
            bandwidth,
            self.start_number,
            0,
        ))
    }

    /// Every segment of one representation in a period as long as `period`.
    ///
    /// # Errors
    /// [`MpdError::TooLong`] when there are more than a reader should accept.
    pub fn segments(
        &self,
        representation_id: &str,
        bandwidth: u64,
        period: Duration,
    ) -> Result<Vec<TemplateSegment>, MpdError> {
        let scale = u128::from(self.timescale.max(1));
        let ends = u64::try_from(period.as_nanos().saturating_mul(scale) / 1_000_000_000);
        let spans = self.spans(ends.unwrap_or(u64::MAX))?;
        let segment = |(index, (start, ticks)): (usize, (u64, u64))| {
            let number = self.start_number.saturating_add(index as u64);
            let nanos = u128::from(ticks) * 1_000_000_000 / scale;
            TemplateSegment {
                uri: fill(&self.media, representation_id, bandwidth, number, start),
                start,
                duration: Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)),
            }
        };
        Ok(spans.into_iter().enumerate().map(segment).collect())
    }

    /// Start and length of every segment, in ticks.
    fn spans(&self, ends: u64) -> Result<Vec<(u64, u64)>, MpdError> {
        let mut spans = Vec::new();
        if self.timeline.is_empty() {
            let each = self.duration.unwrap_or(0).max(1);
            let run = TimelineRun {
                start: Some(0),
                duration: each,
                repeat: -1,
            };
            run.unroll(0, ends, &mut spans)?;
            if let Some(last) = spans.last_mut() {
                last.1 = last.1.min(ends - last.0);
            }
            return Ok(spans);
        }
        let mut at = 0;
        for (index, run) in self.timeline.iter().enumerate() {
            let next = self.timeline.get(index + 1).and_then(|next| next.start);
            at = run.unroll(at, next.unwrap_or(ends), &mut spans)?;
        }
        Ok(spans)
    }
}

impl TimelineRun {
    fn read(element: &Element) -> Result<Self, MpdError> {
        let duration = fields::number(element, "d")?.filter(|ticks| *ticks > 0);
        Ok(Self {
            start: fields::number(element, "t")?,
            duration: duration.ok_or(MpdError::Malformed("the d of S"))?,
            repeat: fields::number(element, "r")?.unwrap_or(0),
        })
    }

    /// Appends the run's segments; gives where the last ends.
    fn unroll(self, at: u64, until: u64, spans: &mut Vec<(u64, u64)>) -> Result<u64, MpdError> {
        let mut at = self.start.unwrap_or(at);
        let mut left = u64::try_from(self.repeat).map(|repeat| repeat.saturating_add(1));
        loop {
            match &mut left {
                Ok(0) => return Ok(at),
                Ok(count) => *count -= 1,
                Err(_) if at >= until => return Ok(at),
                Err(_) => {}
            }
            if spans.len() == MAX_SEGMENTS {
                return Err(MpdError::TooLong);
            }
            spans.push((at, self.duration));
            at = at
                .checked_add(self.duration.max(1))
                .ok_or(MpdError::Malformed("the t of S"))?;
        }
    }
}

/// Fills a pattern in. `$$` is a dollar sign; an identifier that is not known stays as it is.
fn fill(pattern: &str, id: &str, bandwidth: u64, number: u64, time: u64) -> String {
    let mut text = String::new();
    let mut parts = pattern.split('$');
    text.push_str(parts.next().unwrap_or(""));
    while let Some(token) = parts.next() {
        let (name, width) = token.split_once("%0").map_or((token, 0), |(name, width)| {
            (
                name,
                width.trim_end_matches('d').parse().unwrap_or(0).min(20),
            )
        });
        let value = match name {
            "" => "$".to_owned(),
            "RepresentationID" => id.to_owned(),
            "Number" => format!("{number:0width$}"),
            "Time" => format!("{time:0width$}"),
            "Bandwidth" => format!("{bandwidth:0width$}"),
            _ => format!("${token}$"),
        };
        text.push_str(&value);
        text.push_str(parts.next().unwrap_or(""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(media: &str) -> SegmentTemplate {
        SegmentTemplate {
            media: media.into(),
            initialization: Some("$RepresentationID$/init.mp4".into()),
            timescale: 1_000,
            start_number: 1,
            duration: Some(4_000),
            timeline: vec![],
        }
    }

    #[test]
    fn equal_segments_fill_the_period() {
        let template = template("$RepresentationID$/$Number%03d$-$Bandwidth$$$.m4s");
        let segments = template.segments("v", 900, Duration::from_secs(9)).unwrap();
        let uris: Vec<_> = segments
            .iter()
            .map(|segment| segment.uri.as_str())
            .collect();
        assert_eq!(uris, ["v/001-900$.m4s", "v/002-900$.m4s", "v/003-900$.m4s"]);
        assert_eq!(segments[2].duration, Duration::from_secs(1));
        assert_eq!(template.init_uri("v", 900).as_deref(), Some("v/init.mp4"));
    }

    #[test]
    fn a_timeline_gives_times_and_repeats() {
        let run = |start, duration, repeat| TimelineRun {
            start,
            duration,
            repeat,
        };
        let timeline = vec![
            run(Some(0), 2_000, 1),
            run(None, 500, 0),
            run(Some(5_000), 1_000, -1),
        ];
        let template = SegmentTemplate {
            timeline,
            ..template("$Time$.m4s")
        };
        let segments = template.segments("v", 1, Duration::from_secs(7)).unwrap();
        let uris: Vec<_> = segments
            .iter()
            .map(|segment| segment.uri.as_str())
            .collect();
        assert_eq!(
            uris,
            ["0.m4s", "2000.m4s", "4000.m4s", "5000.m4s", "6000.m4s"]
        );
    }

    #[test]
    fn endless_runs_are_refused() {
        let run = TimelineRun {
            start: None,
            duration: 1,
            repeat: i64::MAX,
        };
        let template = SegmentTemplate {
            timeline: vec![run],
            ..template("$Time$")
        };
        let refused = template.segments("v", 1, Duration::from_secs(1));
        assert_eq!(refused, Err(MpdError::TooLong));
    }

    #[test]
    fn an_odd_pattern_does_not_panic() {
        for pattern in [
            "$",
            "$$$",
            "$Number",
            "$Number%0$",
            "$Number%099999999999d$",
            "$x$y",
        ] {
            let _ = fill(pattern, "v", 1, 2, 3);
        }
        assert_eq!(fill("$x$y", "v", 1, 2, 3), "$x$y");
    }
}
