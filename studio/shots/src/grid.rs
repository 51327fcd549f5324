//! The frame grid: a title's picture at a constant rate, frame 0 at the picture's own start.
//!
//! Every pass over a master lays its frames on the grid by the same filters, wherever it begins to read.
//! Times are shifted by the picture's start first, so that the grid's phase does not depend on where a
//! pass began; that is what makes a chunk's frames the same frames as the whole title's.

use contracts_delivery::FrameRate;
use studio_inspect::VideoFacts;

/// Where a pass over a master begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// At its beginning. A picture whose first frame can only be decoded late is filled with it.
    Beginning,
    /// At a key frame found through its index.
    Index,
}

/// Options of the input that [`grid_filters`] rely on: the file's own times, and filters that go on where
/// the picture's size changes under way (broadcasts do that); started again, they would lose the place.
pub const GRID_INPUT: [&str; 3] = ["-copyts", "-reinit_filter", "0"];

/// The filters that lay a picture on the grid. They need [`GRID_INPUT`]; each frame they give
/// has its number on the grid as its timestamp.
///
/// Fields are woven into frames where the master is interlaced (its flags say which frames are). Uneven
/// frames are repeated or left out; a frame is shown from the grid time nearest to its own.
pub fn grid_filters(video: &VideoFacts, rate: FrameRate, from: ReadFrom) -> String {
    let deinterlace = if video.interlaced {
        "bwdif=mode=send_frame:parity=auto:deint=interlaced,"
    } else {
        ""
    };
    let fill = match from {
        ReadFrom::Beginning => ":start_time=0",
        ReadFrom::Index => "",
    };
    let FrameRate {
        numerator,
        denominator,
    } = rate;
    format!(
        "setpts=round(PTS-({})/TB),{deinterlace}fps={numerator}/{denominator}:round=near{fill}",
        seconds(video.start_ms)
    )
}

/// Milliseconds as a decimal number of seconds.
pub fn seconds(milliseconds: i64) -> String {
    let sign = if milliseconds < 0 { "-" } else { "" };
    let size = milliseconds.unsigned_abs();
    format!("{sign}{}.{:03}", size / 1000, size % 1000)
}
