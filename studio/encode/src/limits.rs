//! The encoder's constants, each with its reason.

use std::time::Duration;

/// x264's preset. `fast` is about twice as quick as `medium` for some 5% more bits at one quality, and a
/// machine of two cores must get through a film's whole ladder overnight.
pub const PRESET: &str = "fast";

/// Threads of one encode. Chunks run side by side, one to a core, which wastes no time in waiting for
/// other rows of a frame; and with one thread the same chunk gives the same bytes on every machine, so
/// that a chunk made again after a crash is the chunk it replaces.
pub const THREADS: u32 = 1;

/// Reference pictures that x264 may say it needs: two from the preset, four with its pyramid of B
/// pictures. Levels are chosen so that these fit the decoder's buffer.
pub const REFERENCE_PICTURES: u64 = 4;

/// How far before a chunk reading begins. The frame shown at a chunk's start may be older than the start,
/// frames around a key frame refer across it, and indexes count decode times, which run ahead of shown
/// ones; all of these are well under a second apart in practice.
pub const PRE_ROLL: Duration = Duration::from_secs(3);

/// Samples a second of every sound track: what every device plays without resampling.
pub const SAMPLE_RATE: u32 = 48_000;

/// AAC-LC stereo: transparent for most listeners.
pub const STEREO_KBPS: u32 = 128;

/// The same for one channel.
pub const MONO_KBPS: u32 = 64;

/// Samples in one AAC-LC frame.
pub const AAC_FRAME: u64 = 1024;

/// How many AAC frames more or less than asked an encoder's delay and its last, half-filled frame
/// account for.
pub const AAC_FRAME_SLACK: u64 = 3;
