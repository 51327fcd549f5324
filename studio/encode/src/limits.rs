//! The encoder's constants, each with its reason.

use std::ops::RangeInclusive;
use std::time::Duration;

/// x264's preset. `fast` is about twice as quick as `medium` for some 5% more bits at one quality, and a
/// machine of two cores must get through a film's whole ladder overnight.
pub const X264_PRESET: &str = "fast";

/// x265's preset: `fast` takes about four times as long as x264's.
pub const X265_PRESET: &str = "fast";

/// libvpx's speed for VP9, 0 (slowest) to 5: about as slow as x265's `fast`.
pub const VP9_SPEED: &str = "4";

/// The same for a chunk that crashes the encoder.
pub const VP9_SPEED_SAFER: &str = "5";

/// SVT-AV1's preset, 0 (slowest) to 13. 8 takes about as long as x264's `fast` for a third fewer bits; 7 takes
/// up to two and a half times as long for five to ten points more.
pub const SVT_AV1_PRESET: &str = "7";

/// What is added to a rung's rate factor, which is on x264's scale, for about the same quality on x265's.
pub const HEVC_FACTOR_MORE: u8 = 3;

/// The same on libvpx's scale, 0 to 63.
pub const VP9_FACTOR_MORE: u8 = 12;

/// The same on SVT-AV1's scale, 0 to 63.
pub const AV1_FACTOR_MORE: u8 = 14;

/// The share of a rung's cap that HEVC may spend, in percent.
pub const HEVC_CAP_PERCENT: u32 = 70;

/// The share of a rung's cap that VP9 may spend, in percent.
pub const VP9_CAP_PERCENT: u32 = 70;

/// The share of a rung's cap that AV1 may spend, in percent.
pub const AV1_CAP_PERCENT: u32 = 60;

/// Chunks of one title's pilot that wait for a place at once: more than there are cores for it.
pub const PILOT_CHUNKS: usize = 64;

/// Sizes of the ladder in which whole files for old devices are made.
pub const LEGACY_LINES: [&str; 3] = ["240p", "480p", "720p"];

/// Frames from one key frame to the next at most in such a file: how far a device has to look for one.
pub const LEGACY_GROUP: u32 = 120;

/// VP8's rate factor, 4 to 63, within the rung's rate.
pub const VP8_FACTOR: u8 = 12;

/// MPEG-2's quantiser, 1 to 31: 5 shows few blocks on a television.
pub const MPEG2_QUANTISER: u8 = 5;

/// What MPEG-2 may spend, in percent of what H.264 may: it needs about twice as much.
pub const MPEG2_RATE_PERCENT: u32 = 220;

/// The buffer of MPEG-2's Main profile at Main level, in kilobits.
pub const MPEG2_BUFFER_KBITS: u32 = 1835;

/// Pixels along the longer side of a film in Cinepak: with its frames, what a reader of 150 kB a second
/// was built for.
pub const CINEPAK_BOX: u32 = 320;

/// Frames a second of a film in Cinepak, at most.
pub const CINEPAK_FRAMES_PER_SECOND: f64 = 15.0;

/// Pixels along a side of the blocks in which noise is measured.
pub const GRAIN_BLOCK: usize = 16;

/// Noise, in steps of 8-bit luma, below which nobody sees grain and players should not spend on it.
pub const GRAIN_FOUND: f64 = 1.5;

/// SVT-AV1's strength for one step of noise: its 8 to 10 for light grain is a deviation of 3 or so.
pub const GRAIN_PER_SIGMA: f64 = 3.0;

/// The least and the greatest strength that is asked for; SVT-AV1 goes to 50, beyond 30 details go too.
pub const GRAIN_STRENGTHS: (u8, u8) = (4, 30);

/// The part of the picture that is looked at, in pixels: enough blocks to find still ones.
pub const GRAIN_FRAME: (u32, u32) = (960, 540);

/// Moments of a master at which its grain is looked at.
pub const GRAIN_MOMENTS: u64 = 5;

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

/// How far behind a chunk frames are still asked for what came with them: they are read in the order they
/// are decoded, which runs ahead of the one they are shown in.
pub const AFTER_SPAN: Duration = Duration::from_secs(2);

/// Samples a second of every sound track: what every device plays without resampling.
pub const SAMPLE_RATE: u32 = 48_000;

/// AAC-LC stereo: transparent for most listeners.
pub const AAC_STEREO_KBPS: u32 = 128;

/// The same for one channel.
pub const AAC_MONO_KBPS: u32 = 64;

/// The same for 5.1.
pub const AAC_SURROUND_KBPS: u32 = 384;

/// Opus stereo: as good as AAC at a third more.
pub const OPUS_STEREO_KBPS: u32 = 96;

/// The same for one channel.
pub const OPUS_MONO_KBPS: u32 = 56;

/// The same for 5.1.
pub const OPUS_SURROUND_KBPS: u32 = 256;

/// Samples in one Opus frame of 20 ms.
pub const OPUS_FRAME: u64 = 960;

/// Integrated loudness at or below which a meter has heard nothing, in LUFS: the gate of ITU-R BS.1770.
pub const SILENT_LUFS: f64 = -70.0;

/// The most that a track is raised, in decibels: one that is quieter still holds hiss alone.
pub const MOST_GAIN_DB: f64 = 30.0;

/// Loudness that may be asked for, in LUFS: services lie between -31 and -14.
pub const TARGETS_LUFS: RangeInclusive<f64> = -40.0..=-10.0;

/// True peaks that may be asked for, in dBTP: above 0 a decoder clips, and the limiter's least is -24.
pub const TRUE_PEAKS_DBTP: RangeInclusive<f64> = -20.0..=0.0;

/// Samples in one AAC-LC frame.
pub const AAC_FRAME: u64 = 1024;

/// How many frames more or less than asked an encoder's delay and its last, half-filled frame
/// account for.
pub const AUDIO_FRAME_SLACK: u64 = 3;
