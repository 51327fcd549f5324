//! How large an input may be before it is refused.

/// Largest `moov` read into memory: sample tables of a day of 60 frames a second stay under it.
pub const MAX_MOOV_BYTES: u64 = 256 << 20;

/// Most boxes walked at the top of a file in search of `moov`: a progressive file has a handful, and a
/// hostile one must not cost a read for every eight of its bytes.
pub const MAX_TOP_LEVEL_BOXES: usize = 4096;

/// Most samples in one track: 38 hours at 60 frames a second, 256 MiB of table.
pub const MAX_SAMPLES: u32 = 1 << 23;

/// Most segments in one track file: the `sidx` counts its references in 16 bits.
pub const MAX_SEGMENTS: usize = u16::MAX as usize;

/// Longest beginning of a track file (`ftyp`, `moov`, `sidx`) that is read: the largest `sidx` takes
/// 768 KiB and a `moov` without samples a few KiB.
pub const MAX_HEAD_BYTES: u64 = 1 << 20;

/// Bytes asked for first when a track file's beginning is read: a feature's `sidx` fits.
pub const HEAD_GUESS_BYTES: u64 = 32 << 10;

/// Bytes of media copied at a time.
pub const COPY_BUFFER_BYTES: usize = 256 << 10;

/// Slowest and fastest frame rates joined, in frames a second.
pub const FRAME_RATE_RANGE: std::ops::RangeInclusive<f64> = 1.0..=1000.0;

/// Least ticks a second of a video track written: fine enough that players which compute in track
/// ticks seek exactly, and a multiple of the frame rate so that every frame lies on a tick.
pub const MIN_VIDEO_TIMESCALE: u32 = 10_000;

/// By what part of a second a remuxed stream delays presentation against decoding, undone by an edit
/// list: more than encoders reorder, so that no composition offset is negative. Readers of progressive
/// MP4 built on ffmpeg show a track with negative offsets late against its sound.
pub const REMUX_DELAY_DIVISOR: u32 = 4;

const _: () = assert!(MAX_HEAD_BYTES > (MAX_SEGMENTS as u64) * 12 + (64 << 10));
