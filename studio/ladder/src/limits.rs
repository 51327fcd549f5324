//! The ladder's constants, each with its reason.

/// The constant rate factor of every rung: near-transparent for most film at its own size; the cap takes
/// over where film is hard.
pub const CRF: u8 = 21;

/// A rung counts as fitting when the source is at most this much smaller than it, in percent: masters
/// are often cropped by a few pixels (1916x1076), and losing a whole rung for that would show.
/// Such a rung is made at the source's own size; nothing is ever enlarged.
pub const FIT_SLACK_PERCENT: u64 = 5;

/// Frames a second up to which the published rates hold.
pub const USUAL_FRAMES_PER_SECOND: f64 = 30.5;

/// What the cap is multiplied by above [`USUAL_FRAMES_PER_SECOND`], in percent: twice the frames need
/// about half as many bits again, as neighbouring frames resemble one another more.
pub const FAST_RATE_PERCENT: u32 = 150;
