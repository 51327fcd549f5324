//! The H.264 level of a rung, from ITU-T H.264 table A-1 for the High profile.

use contracts_delivery::FrameRate;
use studio_ladder::Rung;

use crate::EncodeError;
use crate::limits::REFERENCE_PICTURES;

/// One row of table A-1. Rates are those of the table; the High profile may have 5/4 of them.
struct Level {
    name: &'static str,
    macroblocks_per_second: u64,
    macroblocks: u64,
    buffered_macroblocks: u64,
    kbps: u64,
    buffer_kbits: u64,
}

const fn level(name: &'static str, row: [u64; 5]) -> Level {
    let [
        macroblocks_per_second,
        macroblocks,
        buffered_macroblocks,
        kbps,
        buffer_kbits,
    ] = row;
    Level {
        name,
        macroblocks_per_second,
        macroblocks,
        buffered_macroblocks,
        kbps,
        buffer_kbits,
    }
}

const LEVELS: [Level; 17] = [
    level("1.1", [3_000, 396, 900, 192, 500]),
    level("1.2", [6_000, 396, 2_376, 384, 1_000]),
    level("1.3", [11_880, 396, 2_376, 768, 2_000]),
    level("2.1", [19_800, 792, 4_752, 4_000, 4_000]),
    level("2.2", [20_250, 1_620, 8_100, 4_000, 4_000]),
    level("3.0", [40_500, 1_620, 8_100, 10_000, 10_000]),
    level("3.1", [108_000, 3_600, 18_000, 14_000, 14_000]),
    level("3.2", [216_000, 5_120, 20_480, 20_000, 20_000]),
    level("4.0", [245_760, 8_192, 32_768, 20_000, 25_000]),
    level("4.1", [245_760, 8_192, 32_768, 50_000, 62_500]),
    level("4.2", [522_240, 8_704, 34_816, 50_000, 62_500]),
    level("5.0", [589_824, 22_080, 110_400, 135_000, 135_000]),
    level("5.1", [983_040, 36_864, 184_320, 240_000, 240_000]),
    level("5.2", [2_073_600, 36_864, 184_320, 240_000, 240_000]),
    level("6.0", [4_177_920, 139_264, 696_320, 240_000, 240_000]),
    level("6.1", [8_355_840, 139_264, 696_320, 480_000, 480_000]),
    level("6.2", [16_711_680, 139_264, 696_320, 800_000, 800_000]),
];

/// The lowest level that a rung fits. Fixed by the rung alone, so that every chunk says the same.
pub(crate) fn of(rung: &Rung, rate: FrameRate) -> Result<&'static str, EncodeError> {
    let (across, down) = (macroblocks(rung.width), macroblocks(rung.height));
    let frame = across * down;
    let per_second =
        (frame * u64::from(rate.numerator)).div_ceil(u64::from(rate.denominator.max(1)));
    let high = |table: u64| table * 5 / 4;
    let fits = |level: &&Level| {
        let longest_side_squared = 8 * level.macroblocks;
        frame <= level.macroblocks
            && across.max(down).pow(2) <= longest_side_squared
            && per_second <= level.macroblocks_per_second
            && frame * REFERENCE_PICTURES <= level.buffered_macroblocks
            && u64::from(rung.max_kbps) <= high(level.kbps)
            && u64::from(rung.buffer_kbits()) <= high(level.buffer_kbits)
    };
    let found = LEVELS.iter().find(fits).map(|level| level.name);
    found.ok_or_else(|| EncodeError::BeyondLevels {
        width: rung.width,
        height: rung.height,
        frames_per_second: rate.per_second(),
    })
}

fn macroblocks(pixels: u32) -> u64 {
    u64::from(pixels.div_ceil(16))
}

#[cfg(test)]
mod tests {
    use studio_ladder::fixed_ladder;

    use super::*;

    #[test]
    fn the_published_rungs_have_the_levels_devices_expect() {
        let levels = |width, height, numerator| {
            let rate = FrameRate {
                numerator,
                denominator: 1,
            };
            let ladder = fixed_ladder(width, height, rate);
            ladder
                .iter()
                .map(|rung| of(rung, rate).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            levels(3840, 2160, 24),
            ["2.1", "3.0", "3.0", "3.1", "4.0", "5.0", "5.1"]
        );
        assert_eq!(levels(1920, 1080, 60), ["3.0", "3.1", "3.1", "3.2", "4.2"]);
    }

    #[test]
    fn what_no_level_holds_is_refused() {
        let rung = Rung {
            name: "x".into(),
            width: 16_000,
            height: 16_000,
            max_kbps: 1,
            crf: 21,
        };
        let rate = FrameRate {
            numerator: 24,
            denominator: 1,
        };
        assert!(matches!(
            of(&rung, rate),
            Err(EncodeError::BeyondLevels { .. })
        ));
    }
}
