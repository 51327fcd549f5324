//! What the simulated world is made of. Each number is a guess at a large service's, and named so that it can be
//! doubted.

/// Boxes of a kind at a site: three in four have much storage, one is fast.
pub const KINDS: u32 = 4;

/// Bytes placed on a box with much storage, and what it sends in kilobits a second.
pub const STORAGE_BOX: (u64, u32) = (200_000_000_000_000, 40_000_000);

/// The same of a fast one, which is made of flash.
pub const FAST_BOX: (u64, u32) = (24_000_000_000_000, 100_000_000);

/// What an origin sends, in kilobits a second: it is many machines.
pub const ORIGIN_KBPS: u32 = 1_000_000_000;

/// Boxes of a site in a provider's network: from, to.
pub const SITE_BOXES: (u32, u32) = (4, 16);

/// Boxes at an exchange.
pub const EXCHANGE_BOXES: u32 = 8;

/// Boxes of another site that announce a network, too, and of a second exchange.
pub const BACKUP_BOXES: u32 = 6;
/// The latter.
pub const FAR_BOXES: u32 = 4;

/// Areas of a continent: what is lost at once when one is.
pub const AREAS: u32 = 8;

/// The part of the viewers whose network has no boxes: exchanges serve it.
pub const WITHOUT_BOXES: f64 = 0.025;

/// How much more or fewer viewers a site has than its boxes were planned for, as a logarithm's deviation.
pub const PLANNING_ERROR: f64 = 0.25;

/// What devices ask for: their part of the plays, the rate set aside for one, the rate it uses on average, and the rates
/// of all the renditions that are kept for them, in kilobits a second. Phones, screens of two million pixels, of eight.
pub const DEVICES: [Device; 3] = [
    Device::of(0.3, 2_500, 1_500, 4_000),
    Device::of(0.5, 6_000, 3_800, 14_000),
    Device::of(0.2, 16_000, 9_500, 40_000),
];

/// One kind of device.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    /// Its part of the plays.
    pub part: f64,
    /// Set aside for a play.
    pub nominal_kbps: u32,
    /// Used by a play.
    pub mean_kbps: u32,
    /// Of all renditions for it.
    pub stored_kbps: u32,
}

impl Device {
    const fn of(part: f64, nominal_kbps: u32, mean_kbps: u32, stored_kbps: u32) -> Self {
        Self {
            part,
            nominal_kbps,
            mean_kbps,
            stored_kbps,
        }
    }
}

/// Files of a release that are told apart for each kind of device.
pub const DEVICE_FILES: u32 = 4;

/// Hours of a title's picture: at least, and on average on top of that. A series is a title.
pub const TITLE_HOURS: (f64, f64) = (0.5, 2.5);

/// How long a play lasts on average, in seconds, and at most.
pub const PLAY_S: f64 = 3_600.0;
/// The latter.
pub const LONGEST_PLAY_S: u32 = 4 * 3_600;

/// Zipf's exponent of the titles, and new ones a day.
pub const TASTE: (f64, f64) = (0.9, 12.0);

/// The day that is simulated, after four weeks and a day of views: a Saturday, the busiest.
pub const DAY: u64 = 33;

/// What a box fetches in its night, in megabits a second.
pub const FILL_MBPS: u32 = 5_000;

/// The part of a box's storage that placed files take; the rest is for what is asked for and was not placed.
pub const PLACED_PART: f64 = 0.95;

/// Seconds from step to step.
pub const STEP_S: u32 = 10;

/// Seconds before the day that are simulated and not counted, so that it begins with plays under way.
pub const WARM_UP_S: u32 = 2 * 3_600;

/// The second of the day at which something is lost: eight in the evening.
pub const FAULT_S: u32 = 20 * 3_600;

/// The hours in which its effect is looked at.
pub const FAULT_HOURS: (usize, usize) = (20, 22);

const _: () = assert!(WARM_UP_S.is_multiple_of(STEP_S) && FAULT_S.is_multiple_of(STEP_S));
