//! A rendition's own bytes against what its manifest says of it.

use std::time::Duration;

use media_isobmff::{InitFacts, Media, SegmentFacts, TrackFormat};
use media_manifest::hls::VideoRange;

use crate::finding::{Finding, Rule};
use crate::limits::{LONG_SEGMENT, PEAK_SLACK_PERCENT, SOUND_SLACK, TIME_SLACK};
use crate::stream::{Kind, Stream};

/// Transfer characteristics (ISO/IEC 23091-2) of high dynamic range.
const PQ: u8 = 16;
const HLG: u8 = 18;

/// Checks an initialization section; gives the track whose clock the segments run by.
pub(crate) fn check_init(
    stream: &Stream,
    bytes: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<TrackFormat> {
    let mut find = |rule, message: String| findings.push(Finding::new(rule, &stream.name, message));
    let init = match InitFacts::parse(bytes) {
        Ok(init) => init,
        Err(error) => {
            find(
                Rule::Unreadable,
                format!("its initialization section: {error}"),
            );
            return None;
        }
    };
    if !init.fragmented {
        find(
            Rule::NotFragmented,
            "its moov announces no fragments".to_owned(),
        );
    }
    if !init
        .brands
        .iter()
        .any(|brand| matches!(&brand.0, b"cmfc" | b"cmf2"))
    {
        find(Rule::Brand, "its ftyp has neither cmfc nor cmf2".to_owned());
    }
    for track in &init.tracks {
        codecs(stream, track, &mut find);
        protection(stream, track, &mut find);
        if let Media::Video { width, height } = track.entry.media {
            size(stream, (width.into(), height.into()), &mut find);
            video_range(stream, track, &mut find);
        }
    }
    // Of a file with picture and sound the picture's fragments come first.
    init.tracks.into_iter().next()
}

fn codecs(stream: &Stream, track: &TrackFormat, find: &mut impl FnMut(Rule, String)) {
    let real = &track.entry.codec;
    let named = |stated: &String| stated.eq_ignore_ascii_case(real) || alike(stated, real);
    if !stream.codecs.is_empty() && !stream.codecs.iter().any(named) {
        let stated = stream.codecs.join(",");
        find(
            Rule::CodecsDiffer,
            format!("{stated} is stated and it holds {real}"),
        );
    }
}

/// Whether two names are of one format, one of them without its later, optional parts or in another case.
fn alike(stated: &str, real: &str) -> bool {
    let (stated, real) = (stated.to_ascii_lowercase(), real.to_ascii_lowercase());
    // `avc3` and `hev1` hold the parameter sets in the samples: the same names otherwise.
    let family = |name: &str| name.replacen("avc3", "avc1", 1).replacen("hev1", "hvc1", 1);
    let (stated, real) = (family(&stated), family(&real));
    let longer = |long: &str, short: &str| {
        short.contains('.') && long.starts_with(short) && long[short.len()..].starts_with('.')
    };
    stated == real || longer(&real, &stated) || longer(&stated, &real)
}

fn protection(stream: &Stream, track: &TrackFormat, find: &mut impl FnMut(Rule, String)) {
    let message = match (stream.encrypted, &track.entry.protection) {
        (true, Some(real)) => match stream.key_id {
            Some(stated) if stated != real.key_id => "its key is not the one that is stated",
            _ => return,
        },
        (true, None) => "it is said to be encrypted and is not",
        (false, Some(_)) => "it is encrypted and that is not said",
        (false, None) => return,
    };
    find(Rule::ProtectionDiffers, message.to_owned());
}

fn size(stream: &Stream, real: (u32, u32), find: &mut impl FnMut(Rule, String)) {
    if let Some(stated) = stream.size.filter(|stated| *stated != real) {
        let ((width, height), (across, down)) = (stated, real);
        let message = format!("{width}x{height} is stated and it is {across}x{down}");
        find(Rule::SizeDiffers, message);
    }
}

fn video_range(stream: &Stream, track: &TrackFormat, find: &mut impl FnMut(Rule, String)) {
    let real = match track.entry.colour.map(|colour| colour.transfer) {
        Some(PQ) => VideoRange::Pq,
        Some(HLG) => VideoRange::Hlg,
        Some(_) => VideoRange::Sdr,
        None => return,
    };
    if let Some(stated) = stream.range.filter(|stated| *stated != real) {
        let message = format!("{stated:?} is stated and its transfer is {real:?}");
        find(Rule::RangeDiffers, message);
    }
}

/// What one segment is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// From 0.
    pub(crate) number: usize,
    /// When it is said to begin, from the beginning of the first.
    pub(crate) start: Duration,
    /// How long it is said to last.
    pub(crate) duration: Duration,
    /// Ticks a second; none where the initialization section could not be read.
    pub(crate) timescale: Option<u32>,
    /// Decode time of the first segment, in ticks, where it was read.
    pub(crate) first_tick: Option<u64>,
}

/// Checks a segment's bytes; gives what it says of itself.
pub(crate) fn check_segment(
    stream: &Stream,
    place: Place,
    bytes: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<SegmentFacts> {
    let at = format!("{}, segment {}", stream.name, place.number);
    let mut find = |rule, message: String| findings.push(Finding::new(rule, &at, message));
    let facts = match SegmentFacts::parse(bytes) {
        Ok(facts) => facts,
        // It may be a range of an ordinary segment that ends with its first frame.
        Err(_) if stream.key_frames => return None,
        Err(error) => {
            find(Rule::Unreadable, error.to_string());
            return None;
        }
    };
    if !facts.continuous {
        find(
            Rule::Gap,
            "a fragment does not begin where the one before it ends".to_owned(),
        );
    }
    if stream.kind == Kind::Video && !facts.starts_with_sync {
        find(
            Rule::SyncMissing,
            "decoding cannot begin with its first sample".to_owned(),
        );
    }
    // A range of an ordinary segment tells of more frames than it holds.
    if stream.key_frames && facts.samples != 1 {
        return Some(facts);
    }
    if let Some(timescale) = place.timescale {
        times(stream.kind, place, &facts, timescale, &mut find);
        rate(stream, &facts, timescale, bytes.len() as u64, &mut find);
    }
    Some(facts)
}

fn times(
    kind: Kind,
    place: Place,
    facts: &SegmentFacts,
    timescale: u32,
    find: &mut impl FnMut(Rule, String),
) {
    let real = seconds(facts.duration, timescale);
    let slack = match kind {
        Kind::Audio => SOUND_SLACK.as_secs_f64(),
        _ => TIME_SLACK.as_secs_f64(),
    };
    if (real - place.duration.as_secs_f64()).abs() > slack {
        let stated = place.duration.as_secs_f64();
        let message = format!("{stated:.3} s are stated and its samples last {real:.3} s");
        find(Rule::LengthDiffers, message);
    }
    if real > LONG_SEGMENT.as_secs_f64() {
        find(Rule::SegmentLong, format!("it lasts {real:.1} s"));
    }
    if let Some(first) = place.first_tick {
        let real = seconds(facts.start.saturating_sub(first), timescale);
        let stated = place.start.as_secs_f64();
        // Stated lengths are rounded, each by up to half a millisecond.
        let rounding = place.number as f64 * 5e-4;
        if (real - stated).abs() > slack + rounding {
            let message =
                format!("its time is {real:.3} s and {stated:.3} s were played before it");
            find(Rule::TimeDiffers, message);
        }
    }
}

fn rate(
    stream: &Stream,
    facts: &SegmentFacts,
    timescale: u32,
    bytes: u64,
    find: &mut impl FnMut(Rule, String),
) {
    let lasts = seconds(facts.duration, timescale);
    let Some(peak) = stream.peak_bps.filter(|_| lasts >= 0.5) else {
        return;
    };
    let real = (bytes as f64 * 8.0 / lasts) as u64;
    if real > peak.saturating_mul(100 + PEAK_SLACK_PERCENT) / 100 {
        let message = format!(
            "it takes {} kb/s and the peak is stated as {}",
            real / 1000,
            peak / 1000
        );
        find(Rule::PeakExceeded, message);
    }
}

pub(crate) fn seconds(ticks: u64, timescale: u32) -> f64 {
    ticks as f64 / f64::from(timescale.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_may_be_a_frame_apart_and_pictures_half_of_one() {
        let place = Place {
            number: 0,
            start: Duration::ZERO,
            duration: Duration::from_millis(4_997),
            timescale: Some(48_000),
            first_tick: None,
        };
        let rules = |kind, ms: u64| {
            let facts = SegmentFacts {
                fragments: 1,
                start: 0,
                duration: ms * 48,
                samples: 1,
                media_bytes: 1,
                starts_with_sync: true,
                continuous: true,
            };
            let mut found = Vec::new();
            times(kind, place, &facts, 48_000, &mut |rule, _| found.push(rule));
            found
        };
        assert_eq!(rules(Kind::Audio, 4_997 + 23), []);
        assert_eq!(rules(Kind::Audio, 4_997 + 25), [Rule::LengthDiffers]);
        assert_eq!(rules(Kind::Video, 4_997 + 20), []);
        assert_eq!(rules(Kind::Video, 4_997 + 22), [Rule::LengthDiffers]);
    }

    #[test]
    fn names_of_one_format_are_alike() {
        for (stated, real) in [
            ("avc3.64001F", "avc1.64001f"),
            ("av01.0.04M.08", "av01.0.04M.08.0.110.01.01.01.0"),
            ("hev1.1.6.L93.B0", "hvc1.1.6.L93.B0"),
        ] {
            assert!(alike(stated, real), "{stated} {real}");
        }
        for (stated, real) in [
            ("avc1.64001f", "avc1.640028"),
            ("avc1", "avc1.64001f"),
            ("mp4a.40.2", "mp4a.40.29"),
        ] {
            assert!(!alike(stated, real), "{stated} {real}");
        }
    }
}
