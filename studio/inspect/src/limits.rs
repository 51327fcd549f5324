//! How large, long and odd a master may be.

use std::time::Duration;

/// Longest side of a picture: H.264 level 6.2 and every decoder in use end here.
pub const LONGEST_SIDE: u32 = 8192;

/// Shortest side of a picture: one macroblock; below it an encoder has nothing to work on.
pub const SHORTEST_SIDE: u32 = 16;

/// Longest title. The longest films and concerts are under 12 hours; beyond a day a file is wrong.
pub const LONGEST_TITLE: Duration = Duration::from_hours(24);

/// A frame rate outside these is a time base taken for a rate, or a slide show: pictures are then
/// repeated or left out to reach them.
pub const LOWEST_FRAME_RATE: f64 = 5.0;
/// See [`LOWEST_FRAME_RATE`].
pub const HIGHEST_FRAME_RATE: f64 = 120.0;

/// A pixel further from square than this is a mistake in the header.
pub const WIDEST_PIXEL: f64 = 8.0;

/// Frames whose times are kept to judge how even they are: over nine hours at 60 a second, 16 MiB.
pub const JUDGED_FRAMES: usize = 2_000_000;

/// Streams that are looked at; a file with more is damaged or hostile.
pub const MOST_STREAMS: usize = 200;

/// Characters kept of a stream's title.
pub const TITLE_CHARACTERS: usize = 120;

/// Sound that ends this much before or after the picture is told as a warning.
pub const LENGTHS_APART: Duration = Duration::from_secs(1);

/// Bytes looked at to tell what a file is before a tool opens it.
pub const SNIFFED_BYTES: usize = 4096;

/// Boxes walked at the top level of an MP4 file; a fragmented film has a few per second.
pub const WALKED_BOXES: usize = 1_000_000;

/// CPU time to read a header.
pub const HEADER_CPU: Duration = Duration::from_mins(2);

/// Elapsed time to read a header, on a disk that is busy.
pub const HEADER_WALL: Duration = Duration::from_mins(10);

/// Elapsed time to count the frames of a file that has no index: a read of the whole file.
pub const COUNTING_WALL: Duration = Duration::from_hours(2);

/// Packets read with the header to see whether they are encrypted.
pub const FIRST_PACKETS: u32 = 16;
