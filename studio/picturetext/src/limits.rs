//! What the search for text may cost, and how sure it must be.

use std::time::Duration;

/// Least time between frames that are read. Text that is to be read stays longer.
pub const SPACING: Duration = Duration::from_secs(1);

/// Most frames read of a title: about ten minutes of one core at the speed measured.
pub const MAX_FRAMES: u64 = 1_200;

/// Frames that one run of tesseract reads.
pub const FRAMES_PER_RUN: usize = 40;

/// CPU time of one run: a hundred times the usual.
pub const RUN_CPU: Duration = Duration::from_mins(20);

/// Memory of one run; it takes 150 MB.
pub const RUN_ADDRESS_SPACE: u64 = 2 << 30;

/// Pixels across a frame that is read: letters of a twentieth of the height are then 27 high, and
/// tesseract wants 20.
pub const WIDTH: u32 = 960;

/// Least confidence of a word, of 100. Leaves and walls read as words at 20 to 60.
pub const CONFIDENCE: f64 = 70.0;

/// Least letters and digits of a line: on a cartoon's meadows, tesseract read 30 words of one to three in
/// thirty frames, and none that was longer.
pub const LINE_LETTERS: usize = 4;

/// Least likeness of two places for a line to be the same in two frames.
pub const LIKENESS: f64 = 0.5;
