//! Lines of single frames become events that last.

use studio_timeline::{Event, Interval, Payload};

use crate::limits::LIKENESS;
use crate::table::Line;

/// A line that was seen in the frame before.
struct Seen {
    line: Line,
    first_ms: u64,
    last_ms: u64,
    frame: u64,
}

/// Events of lines, each line with the number of its frame on a grid of `spacing_ms`. A line is taken to
/// be there for half a space before its first frame and after its last; none goes past `duration_ms`.
pub(crate) fn events(lines: Vec<(u64, Line)>, spacing_ms: u64, duration_ms: u64) -> Vec<Event> {
    let mut open: Vec<Seen> = Vec::new();
    let mut ended = Vec::new();
    for (frame, line) in lines {
        let (gone, kept) = open.into_iter().partition(|seen| seen.frame + 1 < frame);
        ended.extend::<Vec<Seen>>(gone);
        open = kept;
        let at_ms = frame * spacing_ms;
        let same = open.iter_mut().find(|seen| {
            seen.frame + 1 == frame && seen.line.region.likeness(line.region) >= LIKENESS
        });
        match same {
            Some(seen) => seen.go_on(frame, at_ms, line),
            None => open.push(Seen {
                first_ms: at_ms,
                last_ms: at_ms,
                frame,
                line,
            }),
        }
    }
    ended.extend(open);
    let half = spacing_ms / 2;
    ended
        .into_iter()
        .filter_map(|seen| seen.event(half, duration_ms))
        .collect()
}

impl Seen {
    fn go_on(&mut self, frame: u64, at_ms: u64, line: Line) {
        let region = self.line.region.joined(line.region);
        if line.confidence > self.line.confidence {
            self.line = line;
        }
        self.line.region = region;
        (self.frame, self.last_ms) = (frame, at_ms);
    }

    fn event(self, half_ms: u64, duration_ms: u64) -> Option<Event> {
        let start = self.first_ms.saturating_sub(half_ms);
        let end = (self.last_ms + half_ms).min(duration_ms);
        Some(Event {
            interval: Interval::new(start, end).ok()?,
            region: Some(self.line.region),
            payload: Payload::PictureText {
                text: self.line.text,
                confidence: self.line.confidence.clamp(0.0, 100.0) as u8,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use studio_timeline::Region;

    use super::*;

    fn line(y: u16, text: &str, confidence: f64) -> Line {
        Line {
            frame: 0,
            region: Region::new(1_000, y, 5_000, 800).unwrap(),
            text: text.into(),
            confidence,
        }
    }

    #[test]
    fn a_line_in_neighbouring_frames_is_one_event_with_its_best_reading() {
        let lines = vec![
            (1, line(8_000, "PAR1S", 71.0)),
            (2, line(8_100, "PARIS", 95.0)),
            (2, line(500, "channel", 80.0)),
            (5, line(8_000, "PARIS", 90.0)),
        ];
        let mut found = events(lines, 1_000, 5_200);
        found.sort_by_key(|event| event.interval);
        let times: Vec<_> = found
            .iter()
            .map(|event| (event.interval.start_ms(), event.interval.end_ms()))
            .collect();
        assert_eq!(times, [(500, 2_500), (1_500, 2_500), (4_500, 5_200)]);
        let Payload::PictureText { text, confidence } = &found[0].payload else {
            panic!("{found:?}");
        };
        assert_eq!((text.as_str(), *confidence), ("PARIS", 95));
        assert_eq!(found[0].region, Region::new(1_000, 8_000, 5_000, 900).ok());
    }
}
