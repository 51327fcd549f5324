//! The encoder's arguments for one chunk.

use contracts_delivery::FrameRate;
use studio_ladder::Rung;

use crate::limits::{PRESET, THREADS};
use crate::{EncodeError, level};

/// Arguments between the filters and the output.
///
/// `stitchable` keeps x264 from fitting its parameter sets to the content; profile and level come from
/// the rung; a key frame stands at each offset and nowhere else (`keyint=infinite`, no scene cuts).
pub(crate) fn arguments(
    rung: &Rung,
    rate: FrameRate,
    offsets: &[u64],
) -> Result<Vec<String>, EncodeError> {
    let level = level::of(rung, rate)?;
    let (threads, crf) = (THREADS.to_string(), rung.crf.to_string());
    let (cap, buffer) = (
        format!("{}k", rung.max_kbps),
        format!("{}k", rung.buffer_kbits()),
    );
    let (key_frames, clock) = (key_frames(offsets), timescale(rate).to_string());
    let arguments = [
        "-c:v",
        "libx264",
        "-preset",
        PRESET,
        "-profile:v",
        "high",
        "-level:v",
        level,
        "-threads:v",
        &threads,
        "-crf",
        &crf,
        "-maxrate",
        &cap,
        "-bufsize",
        &buffer,
        "-forced-idr",
        "1",
        "-force_key_frames",
        &key_frames,
        "-x264-params",
        "stitchable=1:keyint=infinite:scenecut=0:open-gop=0",
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-video_track_timescale",
        &clock,
        "-f",
        "mp4",
    ];
    Ok(arguments.map(str::to_owned).to_vec())
}

/// An expression that is true for the frames at `offsets`. Frame numbers, unlike times, do not round.
fn key_frames(offsets: &[u64]) -> String {
    let terms: Vec<String> = offsets
        .iter()
        .map(|offset| format!("eq(n,{offset})"))
        .collect();
    format!("expr:{}", terms.join("+"))
}

/// Ticks a second of a chunk's track: a whole number of ticks to a frame, and at least ten thousand to a
/// second.
pub fn timescale(rate: FrameRate) -> u32 {
    const FINE: u32 = 10_000;
    if rate.numerator >= FINE {
        rate.numerator
    } else {
        rate.numerator.max(1) * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rung_gives_the_same_arguments_for_every_chunk_but_for_key_frames() {
        let rung = Rung {
            name: "480p".into(),
            width: 854,
            height: 480,
            max_kbps: 1500,
            crf: 21,
        };
        let rate = FrameRate {
            numerator: 24_000,
            denominator: 1001,
        };
        let arguments = arguments(&rung, rate, &[0, 96]).unwrap().join(" ");
        assert!(
            arguments.contains("-maxrate 1500k -bufsize 3000k"),
            "{arguments}"
        );
        assert!(
            arguments.contains("-level:v 3.0 -threads:v 1 -crf 21"),
            "{arguments}"
        );
        assert!(
            arguments.contains("-force_key_frames expr:eq(n,0)+eq(n,96)"),
            "{arguments}"
        );
        assert!(
            arguments.contains("-video_track_timescale 24000"),
            "{arguments}"
        );
    }

    #[test]
    fn a_frame_is_a_whole_number_of_ticks() {
        assert_eq!(
            timescale(FrameRate {
                numerator: 25,
                denominator: 2
            }),
            25_000
        );
        assert_eq!(
            timescale(FrameRate {
                numerator: 30_000,
                denominator: 1001
            }),
            30_000
        );
    }
}
