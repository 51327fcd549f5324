//! From ffprobe's answer to a report: pure.

use contracts_delivery::FrameRate;

use crate::error::Unusable;
use crate::limits::{LONGEST_SIDE, LONGEST_TITLE, MOST_STREAMS, SHORTEST_SIDE};
use crate::raw::{Probe, Stream, positive_ms};
use crate::{
    PacketScan, Report, VideoFacts, Warning, choose, colour, geometry, rate, sound, source,
    timecode,
};

/// Containers whose index tells every frame's time, so that what they declare is exact.
const INDEXED: [&str; 2] = ["mov", "mxf"];

/// Which stream's frames have to be counted before a report can be made, if any: where the container
/// has no index, or its index says that frames are uneven.
///
/// # Errors
/// [`Unusable`] when no report can be made whatever is counted.
pub fn needs_counting(json: &[u8]) -> Result<Option<u32>, Unusable> {
    let probe = parse(json)?;
    let (video, _) = choose::video(&probe)?;
    let indexed = probe
        .format
        .format_name
        .split(',')
        .any(|name| INDEXED.contains(&name));
    let declared = rates(video);
    let even = declared.is_some_and(|(nominal, average)| rate::same(nominal, average));
    Ok((!(indexed && even && video.duration_ms().is_some())).then_some(video.index))
}

/// Which stream is the title's picture, from ffprobe's `-show_streams` JSON.
///
/// # Errors
/// [`Unusable`] when there is none.
pub fn picture(json: &[u8]) -> Result<u32, Unusable> {
    Ok(choose::video(&parse(json)?)?.0.index)
}

/// The report on a file of `bytes`, from ffprobe's `-show_streams -show_format -show_packets` JSON,
/// its `-show_frames` JSON of the picture's first frame (empty where it cannot be decoded), and the
/// count of its frames where there is one.
///
/// # Errors
/// [`Unusable`]: no title can be made of the file.
pub fn report_from(
    json: &[u8],
    first_frame: &[u8],
    bytes: u64,
    scan: Option<PacketScan>,
) -> Result<Report, Unusable> {
    let probe = parse(json)?;
    let first: Probe = serde_json::from_slice(first_frame).unwrap_or_default();
    let (stream, other_video) = choose::video(&probe)?;
    let duration_ms = duration_ms(&probe, stream, scan).ok_or(Unusable::NoDuration)?;
    if u128::from(duration_ms) > LONGEST_TITLE.as_millis() {
        return Err(Unusable::TooLong { ms: duration_ms });
    }
    let video = video_facts(stream, &first, scan);
    check_size(&video)?;
    let mut warnings = picture_warnings(&video, other_video);
    if stream.duration_ms().is_none() && probe.format.duration.is_none() {
        warnings.push(Warning::LengthCounted);
    }
    let audio = sound::audio(&probe, &mut warnings);
    warnings.extend(sound::lengths_apart(&audio, &video, duration_ms));
    let text = sound::text(&probe, &mut warnings);
    let container = probe.format.format_name.clone();
    Ok(Report {
        container,
        duration_ms,
        bytes,
        video,
        other_video,
        audio,
        text,
        timecode: timecode::timecode(&probe, stream, &first),
        source: source::source_facts(&probe),
        warnings,
    })
}

fn parse(json: &[u8]) -> Result<Probe, Unusable> {
    let text = String::from_utf8_lossy(json);
    let probe: Probe = serde_json::from_str(&text).map_err(|_| Unusable::Damaged)?;
    if probe.streams.is_empty() || probe.streams.len() > MOST_STREAMS {
        return Err(Unusable::Damaged);
    }
    if choose::is_encrypted(&probe) {
        return Err(Unusable::Encrypted);
    }
    Ok(probe)
}

/// What was counted, else what the stream says, else what the container says.
fn duration_ms(probe: &Probe, stream: &Stream, scan: Option<PacketScan>) -> Option<u64> {
    let counted = scan
        .map(|scan| (scan.duration_us + 500) / 1000)
        .filter(|ms| *ms > 0);
    let container = || probe.format.duration.as_deref().and_then(positive_ms);
    counted.or_else(|| stream.duration_ms()).or_else(container)
}

fn video_facts(stream: &Stream, first: &Probe, scan: Option<PacketScan>) -> VideoFacts {
    let sar = geometry::pixel_shape(stream);
    let rotation = geometry::rotation(stream);
    let (display_width, display_height) =
        geometry::shown(stream.width, stream.height, sar, rotation);
    let (frame_rate, variable_rate) = frame_rate(stream, scan);
    VideoFacts {
        stream_index: stream.index,
        codec: stream.codec_name.clone().unwrap_or_default(),
        width: stream.width,
        height: stream.height,
        display_width,
        display_height,
        sar,
        rotation,
        frame_rate,
        variable_rate,
        bit_depth: geometry::bit_depth(stream),
        pixel_format: stream.pix_fmt.clone().unwrap_or_default(),
        colour: colour::colour(stream, first),
        interlaced: geometry::interlaced(stream),
        start_ms: stream.start_ms(),
        declared_duration_ms: stream.duration_ms(),
    }
}

/// The nominal rate and the average.
fn rates(stream: &Stream) -> Option<(FrameRate, FrameRate)> {
    Some((
        rate::parse(stream.r_frame_rate.as_deref())?,
        rate::parse(stream.avg_frame_rate.as_deref())?,
    ))
}

fn frame_rate(stream: &Stream, scan: Option<PacketScan>) -> (FrameRate, bool) {
    let declared = rates(stream);
    let Some((typical, scan)) = scan.and_then(|scan| Some((scan.typical_rate?, scan))) else {
        let average = declared.map(|(_, average)| rate::exact(average));
        let uneven = declared.is_some_and(|(nominal, average)| !rate::same(nominal, average));
        return (average.unwrap_or_else(|| rate::measured(0.0)), uneven);
    };
    if scan.variable {
        return (
            rate::for_uneven(typical, declared.map(|(nominal, _)| nominal)),
            true,
        );
    }
    // A declared rate is exact where a measured one is rounded, as long as both mean the same.
    let confirmed = declared
        .into_iter()
        .flat_map(|(nominal, average)| [nominal, average])
        .find(|rate| (rate.per_second() / typical - 1.0).abs() < CONFIRMED);
    (
        confirmed.map_or_else(|| rate::measured(typical), rate::exact),
        false,
    )
}

/// A measured rate this near a declared one confirms it.
const CONFIRMED: f64 = 0.005;

fn check_size(video: &VideoFacts) -> Result<(), Unusable> {
    let stored = (video.width, video.height);
    let shown = (video.display_width, video.display_height);
    for (width, height) in [stored, shown] {
        if width.max(height) > LONGEST_SIDE {
            return Err(Unusable::TooLarge { width, height });
        }
        if width.min(height) < SHORTEST_SIDE {
            return Err(Unusable::TooSmall { width, height });
        }
    }
    Ok(())
}

fn picture_warnings(video: &VideoFacts, others: u32) -> Vec<Warning> {
    let rate = video.frame_rate.per_second();
    let untagged = video.colour.primaries.is_none() && video.colour.matrix.is_none();
    let told = [
        (
            others > 0,
            Warning::SeveralVideoStreams {
                used: video.stream_index,
                others,
            },
        ),
        (
            video.variable_rate,
            Warning::VariableFrameRate {
                frames_per_second: rate,
            },
        ),
        (
            video.bit_depth > 8,
            Warning::BitDepthReduced {
                bits: video.bit_depth,
            },
        ),
        (video.interlaced, Warning::Interlaced),
        (untagged, Warning::ColourUntagged),
        (video.colour.is_hdr(), Warning::HighDynamicRange),
    ];
    let contradiction = colour::contradiction(video);
    told.into_iter()
        .filter_map(|(holds, warning)| holds.then_some(warning))
        .chain(contradiction.map(|detail| Warning::ColoursContradict { detail }))
        .collect()
}
