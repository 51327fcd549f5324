//! The numbers that prediction and placement turn on.

/// Days of views that are kept: four of each weekday.
pub const HISTORY_DAYS: usize = 28;

/// Hours of them.
pub const HISTORY_HOURS: usize = HISTORY_DAYS * 24;

/// Days after a launch over which a title's fall in views is learned; older titles are taken to have settled.
pub const LAUNCH_DAYS: usize = 14;

/// Views that a day of the fall is taken to have seen already, at no fall: a few launches of few views say little.
pub const FALL_PRIOR: f32 = 20.0;

/// Most that a day after launches is taken to have over the day before it. A title carried through [`LAUNCH_DAYS`] of
/// such days stays a number.
pub const MAX_RISE: f32 = 4.0;

/// How much a day counts beside the one after it, for a title whose views are steady.
pub const STEADY: f32 = 0.85;

/// The same for one whose views are changing.
pub const CHANGING: f32 = 0.45;

/// How surprising, in standard deviations, the latest days must be to count half.
pub const SURPRISE: f32 = 2.0;

/// Views that a launch is taken to have seen before it begins, at the rate of launches before it: how soon its own
/// views are believed.
pub const LAUNCH_PRIOR: f32 = 3.0;

/// Most that a weekday may differ from the mean day, either way.
pub const MAX_WEEKDAY: f32 = 2.0;

/// What a view elsewhere counts beside one in the region itself.
pub const ELSEWHERE_SHARE: f64 = 0.1;

/// Most that views elsewhere come to, in views a day: how soon a region's own are believed.
pub const ELSEWHERE_VIEWS: f64 = 100.0;

/// The part of a day's views in its busiest hour when nothing was counted: an evening's.
pub const BUSIEST_HOUR: f32 = 0.09;

/// The part of a box's sending that one file may be expected to take at the busiest hour; beyond, it is placed
/// once more.
pub const FILE_SHARE: f64 = 0.02;

/// Files that together serve this part of all bytes are hot, and placed where much can be sent.
pub const HOT_SHARE: f64 = 0.5;

/// Files beyond this part are cold, and placed where there is room.
pub const WARM_SHARE: f64 = 0.8;

/// Boxes that hold a hot file at least: one may be lost without its files.
pub const HOT_COPIES: usize = 2;

/// A file that is held goes for another only if that one serves so many times the bytes for each byte stored:
/// moving costs, and forecasts sway.
pub const KEEP_BONUS: f64 = 1.2;

/// The hours of fill, local time: the least is watched then.
pub const OFF_PEAK: (u8, u8) = (2, 6);

/// What a box fetches in its night where nothing else is said, in megabits a second.
pub const DEFAULT_RATE_MBPS: u32 = 500;

const _: () = assert!(HOT_SHARE < WARM_SHARE && WARM_SHARE < 1.0);
const _: () = assert!(CHANGING < STEADY && STEADY < 1.0);

/// Most evicted files remembered by name, so that one asked for again counts as popular at once; never more than there
/// are files in the cache.
pub const MAX_GHOSTS: usize = 8_192;

/// Names remembered by a cache of a few files.
pub const LEAST_GHOSTS: usize = 64;
