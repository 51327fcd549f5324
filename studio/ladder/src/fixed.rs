//! The published ladder itself.

/// One line of the published ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedRung {
    /// Pixels down of a 16:9 picture; also the rung's name.
    pub height: u32,
    /// The cap in kilobits a second, for up to 30 frames a second.
    pub max_kbps: u32,
}

/// The fixed H.264 ladder, by ascending size. A rung is a 16:9 box, turned upright for upright pictures;
/// a picture of another shape is fitted inside it.
pub const FIXED: [FixedRung; 7] = [
    FixedRung {
        height: 240,
        max_kbps: 300,
    },
    FixedRung {
        height: 360,
        max_kbps: 700,
    },
    FixedRung {
        height: 480,
        max_kbps: 1_500,
    },
    FixedRung {
        height: 720,
        max_kbps: 3_000,
    },
    FixedRung {
        height: 1080,
        max_kbps: 5_800,
    },
    FixedRung {
        height: 1440,
        max_kbps: 9_000,
    },
    FixedRung {
        height: 2160,
        max_kbps: 16_000,
    },
];
