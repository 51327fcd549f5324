//! Measured bit rates.

use contracts_delivery::Bandwidth;

use super::TrackSegment;

/// The peak is taken over runs of segments at least half as long as the longest segment, as RFC 8216
/// measures `BANDWIDTH`: a last segment of a few frames says nothing about the line that is needed.
pub(super) fn bandwidth(segments: &[TrackSegment], timescale: u32, bytes: u64) -> Bandwidth {
    let longest = segments
        .iter()
        .map(|segment| segment.duration)
        .max()
        .unwrap_or(0);
    let total = segments.iter().map(|segment| segment.duration).sum();
    let average_bps = bits_a_second(bytes, total, timescale);
    let peak = (0..segments.len()).map(|end| {
        let (mut run_bytes, mut run) = (0, 0);
        for segment in segments[..=end].iter().rev() {
            run_bytes += segment.range.len();
            run += segment.duration;
            if run * 2 >= longest {
                break;
            }
        }
        bits_a_second(run_bytes, run, timescale)
    });
    // The average counts the head of the file, which no segment holds.
    let peak_bps = peak.max().unwrap_or(0).max(average_bps);
    Bandwidth {
        peak_bps,
        average_bps,
    }
}

fn bits_a_second(bytes: u64, ticks: u64, timescale: u32) -> u64 {
    let bits = u128::from(bytes) * 8 * u128::from(timescale);
    u64::try_from(bits.div_ceil(u128::from(ticks.max(1)))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use contracts_delivery::ByteRange;

    use super::*;

    fn segments(parts: &[(u64, u64)]) -> Vec<TrackSegment> {
        let part = |(bytes, duration): &(u64, u64)| TrackSegment {
            range: ByteRange {
                start: 0,
                end: *bytes,
            },
            start: 0,
            duration: *duration,
        };
        parts.iter().map(part).collect()
    }

    #[test]
    fn a_short_last_segment_is_measured_with_the_one_before() {
        let measured = bandwidth(&segments(&[(1000, 40), (2000, 40), (900, 1)]), 10, 3900);
        assert_eq!(measured.peak_bps, (2900 * 8 * 10_u64).div_ceil(41));
        assert_eq!(measured.average_bps, (3900 * 8 * 10_u64).div_ceil(81));
    }
}
