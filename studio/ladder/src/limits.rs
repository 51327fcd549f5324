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

/// Rate factors that a rung may have: below, x264 spends on what nobody sees; above, pictures fall apart.
pub const CRFS: std::ops::RangeInclusive<u8> = 19..=39;

/// Rate factors that are tried of every size: a parabola goes through three, and these span
/// [`CRFS`] but for two steps at either end, as far as it can be trusted.
pub const TRIAL_CRFS: [u8; 3] = [21, 29, 37];

/// Quality from which on more is not seen.
pub const SATURATED: f64 = 97.0;

/// Points of quality that twice the rate must buy at the top.
pub const LEAST_GAIN: f64 = 1.5;

/// Quality between two rungs, at most, where the number of rungs allows: a little more than what is just
/// noticed.
pub const QUALITY_STEP: f64 = 8.0;

/// Rungs of a title, at most: as many as the published ladder has.
pub const MAX_RUNGS: usize = 7;

/// What a rung's rate must be over the one below it: nearer ones are of no use to a player.
pub const LEAST_STEP: f64 = 1.2;

/// What the lowest rung is to cost at most, in kilobits a second: a phone on a poor network plays it.
pub const BOTTOM_KBPS: f64 = 250.0;

/// What the lowest rung is to score at most, so that a title which is cheap all through still has a rung
/// for a network that is poorer than usual.
pub const BOTTOM_QUALITY: f64 = 72.0;

/// How many points of quality off a step are as bad as one below the hull.
pub const OFF_HULL: f64 = 3.0;

/// Quality below which a picture is not worth sending while a better one can be had.
pub const LEAST_QUALITY: f64 = 30.0;

/// How far a part's rate factor may be from its rung's.
pub const MOST_SHIFT: u8 = 4;

/// How much larger than the largest published size that fits a source must be to get a rung at its own
/// size, in percent.
pub const OWN_SIZE_PERCENT: u32 = 110;

/// What a rung may spend at its peak, in percent of what it is expected to take on average.
pub const PEAK_PERCENT: f64 = 200.0;

/// The least cap of a rung, in kilobits a second: under it the first frame alone overfills the buffer.
pub const LEAST_CAP_KBPS: f64 = 200.0;

/// Frames of one sample, at least, where the title has them: an intra frame and enough of what follows.
/// The frames just behind an intra frame are not like those further on, the less so the larger they are.
pub const SAMPLE_FRAMES: u64 = 18;

/// Frames behind a sample that are encoded with it: with the sample's own as many as x264 looks ahead to
/// decide what a frame is worth to those that follow, 30 in the preset that is used.
pub const TAIL_FRAMES: u64 = 20;

/// The rate factor of the pilot, the one in the middle of [`TRIAL_CRFS`].
pub const PILOT_CRF: u8 = TRIAL_CRFS[PILOT_PLACE];

/// Its place among [`TRIAL_CRFS`].
pub const PILOT_PLACE: usize = 1;

/// The part of [`CPU_SHARE`] that a pilot may take; there is none where it would take more. A title of
/// one or two sizes is cheap to encode, and as cheap to try in many places.
pub const PILOT_SHARE: f64 = 0.55;

/// How much more or less than the samples say the pilot may make of a rate: beyond that it tells of
/// something that the samples have not seen at all.
pub const MOST_WEIGHT: f64 = 4.0;

/// Frames of one sample at most: two seconds.
pub const LONGEST_SAMPLE: u64 = 48;

/// Samples of a title, at most: more say little that is new.
pub const SAMPLES: usize = 24;

/// One frame in so many is scored: neighbours score alike. No multiple of 4, at which frames that others
/// refer to may stand, and which look better.
pub const SCORED_EVERY: u64 = 5;

/// CPU time that analysis may take, as a part of what encoding the fixed ladder takes. Long titles stay
/// far under it, as [`SAMPLES`] of [`LONGEST_SAMPLE`] frames are enough for any; of one that is so short
/// that the share pays less, a single sample of [`SAMPLE_FRAMES`] is tried all the same.
pub const CPU_SHARE: f64 = 1.0;

/// CPU time that scoring the finished rungs may take, as a part of what encoding them takes.
pub const MEASURE_SHARE: f64 = 0.2;

/// What scoring a pixel costs where encoding one costs 1.
pub const SCORE_COST: f64 = 1.5;

/// What reading and scaling a pixel costs for scoring.
pub const SCALE_COST: f64 = 0.2;
