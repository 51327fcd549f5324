//! What `-progress` reports, parsed as it arrives.

use std::time::Duration;

use crate::limits::PROGRESS_LINE;

/// How far a run of ffmpeg is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Progress {
    /// Frames written so far; zero for audio.
    pub frame: u64,
    /// Media time written so far.
    pub out_time: Duration,
    /// Media time over elapsed time, once ffmpeg knows it.
    pub speed: Option<f64>,
}

/// Takes the bytes of a progress stream in pieces of any size. Never fails: what is not understood
/// is left out, so the worst a strange build does is to report nothing.
#[derive(Debug, Default)]
pub struct ProgressParser {
    line: Vec<u8>,
    next: Progress,
}

impl ProgressParser {
    /// Takes bytes and tells every report they complete.
    pub fn feed(&mut self, bytes: &[u8], mut on_progress: impl FnMut(Progress)) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                if let Some(report) = self.take_line(&String::from_utf8_lossy(&line)) {
                    on_progress(report);
                }
            } else if self.line.len() < PROGRESS_LINE {
                self.line.push(*byte);
            }
        }
    }

    /// Takes one line and returns the report it completes, if it does.
    pub(crate) fn take_line(&mut self, line: &str) -> Option<Progress> {
        let (key, value) = line.split_once('=')?;
        let value = value.trim();
        match key.trim() {
            "frame" => self.next.frame = value.parse().unwrap_or(self.next.frame),
            "out_time_us" => self.next.out_time = microseconds(value).unwrap_or(self.next.out_time),
            "speed" => self.next.speed = parse_speed(value),
            "progress" => return Some(self.next),
            _ => {}
        }
        None
    }
}

/// Whether a line of standard error belongs to a progress report sent there.
pub(crate) fn is_progress_line(line: &str) -> bool {
    const KEYS: [&str; 12] = [
        "frame",
        "fps",
        "bitrate",
        "total_size",
        "out_time_us",
        "out_time_ms",
        "out_time",
        "dup_frames",
        "drop_frames",
        "speed",
        "progress",
        "stream",
    ];
    line.split_once('=').is_some_and(|(key, _)| {
        KEYS.contains(&key) || (key.starts_with("stream_") && key.ends_with("_q"))
    })
}

/// Before the first frame ffmpeg says `N/A`, and with negative start times a number below zero.
fn microseconds(value: &str) -> Option<Duration> {
    value
        .parse::<i64>()
        .ok()
        .map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0)))
}

fn parse_speed(value: &str) -> Option<f64> {
    let speed: f64 = value.strip_suffix('x')?.trim().parse().ok()?;
    (speed.is_finite() && speed >= 0.0).then_some(speed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REPORT: &[u8] =
        b"frame=50\nfps=0.00\nstream_0_0_q=-0.0\nbitrate=N/A\nout_time_us=2000000\n\
out_time_ms=2000000\nspeed=99.5x\nprogress=end\n";

    fn reports(pieces: &[&[u8]]) -> Vec<Progress> {
        let (mut parser, mut found) = (ProgressParser::default(), Vec::new());
        for piece in pieces {
            parser.feed(piece, |report| found.push(report));
        }
        found
    }

    #[test]
    fn a_report_is_told_when_its_last_line_is_there() {
        let expected = Progress {
            frame: 50,
            out_time: Duration::from_secs(2),
            speed: Some(99.5),
        };
        assert_eq!(reports(&[REPORT]), [expected]);
        assert_eq!(reports(&[&REPORT[..REPORT.len() - 1]]), []);
    }

    #[test]
    fn values_that_are_not_known_yet_are_zero_or_absent() {
        let early = b"frame=0\nout_time_us=N/A\nspeed=N/A\nprogress=continue\n";
        assert_eq!(reports(&[early]), [Progress::default()]);
        let before_zero = b"out_time_us=-21333\nprogress=continue\n";
        assert_eq!(reports(&[before_zero]), [Progress::default()]);
    }

    #[test]
    fn log_lines_are_not_progress_lines() {
        assert!(is_progress_line("stream_0_0_q=28.0"));
        assert!(!is_progress_line("[libx264 @ 0x1] frame I:1 Avg QP=20"));
        assert!(!is_progress_line("progress"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_and_where_they_are_cut_does_not_matter(
            bytes in prop::collection::vec(any::<u8>(), 0..600), cut in 0_usize..600,
        ) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(reports(&[&bytes]), reports(&[&bytes[..cut], &bytes[cut..]]));
        }

        #[test]
        fn what_ffmpeg_writes_is_read_back(frame in any::<u64>(), micros in 0..i64::MAX, cut in 0_usize..40) {
            let text = format!("frame={frame}\nout_time_us={micros}\nspeed=   1.5x\nprogress=continue\n");
            let cut = cut.min(text.len());
            let (head, tail) = text.as_bytes().split_at(cut);
            let expected = Progress {
                frame,
                out_time: Duration::from_micros(micros.unsigned_abs()),
                speed: Some(1.5),
            };
            prop_assert_eq!(reports(&[head, tail]), vec![expected]);
        }
    }
}
