//! Whether the brightness numbers are those that the file declares.

use contracts_studio::master::{Levels, VideoFacts};

use super::light;
use crate::limits::{BRIGHT_HDR_SHARE, PILE_SHARE, RARE};

/// How the numbers that occur fit what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Judged {
    pub(in super::super) levels: Levels,
    /// Declared limited, or not at all, and full-range numbers occur.
    pub(in super::super) full_in_limited: bool,
    /// Declared full, and black and white lie where limited range has them.
    pub(in super::super) limited_in_full: bool,
    /// Declared PQ, and so bright for so long that it cannot be.
    pub(in super::super) standard_in_hdr: bool,
}

/// Numbers this far outside limited range are more than an overshoot of sharp edges.
const OVERSHOOT: u8 = 8;

/// Where limited range has black and white.
const LIMITED: (u8, u8) = (16, 235);

/// Above this share of the way to white PQ means more than 1500 cd/m².
const BRIGHT_PQ: f64 = 0.8;

/// Counts every number of every frame.
#[derive(Debug)]
pub(super) struct Histogram {
    counts: Box<[u64; 256]>,
    full: bool,
    pq: bool,
    nominal: (u8, u8),
    /// Whether the numbers are the file's own: those of RGB pictures were converted.
    own: bool,
}

impl Histogram {
    pub(super) fn new(video: &VideoFacts) -> Self {
        let rgb = ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8"];
        Self {
            counts: Box::new([0; 256]),
            full: video.colour.range.as_deref() == Some("pc"),
            pq: video.colour.transfer.as_deref() == Some("smpte2084"),
            nominal: light::nominal(video),
            own: !rgb
                .iter()
                .any(|family| video.pixel_format.starts_with(family)),
        }
    }

    pub(super) fn frame(&mut self, luma: &[u8]) {
        for code in luma {
            self.counts[usize::from(*code)] += 1;
        }
    }

    /// The smallest number that more than a share of all pixels do not exceed.
    fn quantile(&self, share: f64) -> u8 {
        let wanted = self.counts.iter().sum::<u64>() as f64 * share;
        let mut below = 0;
        for (code, count) in (0_u8..=255).zip(self.counts.iter()) {
            below += count;
            if below as f64 > wanted {
                return code;
            }
        }
        255
    }

    fn share(&self, codes: impl Iterator<Item = u8>) -> f64 {
        let all = self.counts.iter().sum::<u64>().max(1);
        let within: u64 = codes.map(|code| self.counts[usize::from(code)]).sum();
        within as f64 / all as f64
    }

    pub(super) fn judge(&self) -> Judged {
        let levels = Levels {
            dark: self.quantile(RARE),
            bright: self.quantile(1.0 - RARE),
        };
        let (black, white) = LIMITED;
        let outside = levels.dark < black - OVERSHOOT || levels.bright > white + OVERSHOOT;
        let pile = self
            .share(black - 1..=black + 1)
            .max(self.share(white - 1..=white + 1));
        let inside = self.share((0..black - 1).chain(white + 2..=255)) < RARE;
        let (from, to) = self.nominal;
        let bright = f64::from(from) + BRIGHT_PQ * f64::from(to - from);
        Judged {
            levels,
            full_in_limited: self.own && !self.full && outside,
            limited_in_full: self.own && self.full && inside && pile > PILE_SHARE,
            standard_in_hdr: self.pq && self.share(bright as u8..=255) > BRIGHT_HDR_SHARE,
        }
    }
}
