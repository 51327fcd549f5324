//! How large, long and odd a master may be.

use std::ops::RangeInclusive;
use std::time::Duration;

use media_ffmpeg::Limits;
use media_ffmpeg::limits::{DEFAULT_ADDRESS_SPACE, DEFAULT_STDOUT};

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

/// What reading a header may use: the time is for a disk that is busy, the output is far above that of
/// the most streams.
pub const HEADER: Limits = Limits {
    cpu: Duration::from_mins(2),
    address_space: DEFAULT_ADDRESS_SPACE,
    wall: Duration::from_mins(10),
    stdout: DEFAULT_STDOUT,
};

/// Elapsed time to count the frames of a file that has no index: a read of the whole file.
pub const COUNTING_WALL: Duration = Duration::from_hours(2);

/// Packets read with the header to see whether they are encrypted.
pub const FIRST_PACKETS: u32 = 16;

/// Longer side of the small picture that is watched, in pixels: enough to see bars, flashes and blackness,
/// small enough that watching costs a fraction of decoding.
pub const WATCHED_SIDE: u32 = 160;

/// Threads of a decoder while a master is examined: bounds its cores and the frames it keeps.
pub const DECODER_THREADS: &str = "2";

/// Runs kept of one kind: a file with more is wrong from end to end, and the sentence says how many.
pub const MOST_SPANS: usize = 100;

/// Findings kept of a title: what a person can look through.
pub const MOST_FINDINGS: usize = 300;

/// A complaint of the decoder belongs to a frame about this long after the last one that came: what
/// is in the pipe and in the decoder's queues between.
pub const COMPLAINT_LAG: Duration = Duration::from_secs(2);

/// Complaints nearer than this are one stretch of damage.
pub const COMPLAINTS_APART: Duration = Duration::from_secs(3);

/// A title of which this share cannot be decoded as it was is not worth making.
pub const MOST_DAMAGED: f64 = 0.5;

/// How far from black to white a pixel may be and still be black, and the share of pixels that must be.
pub const BLACK_PIXEL: f64 = 0.05;
/// See [`BLACK_PIXEL`].
pub const BLACK_SHARE: f64 = 0.98;

/// Black for less is a cut's.
pub const SHORTEST_BLACK: Duration = Duration::from_secs(2);

/// Frames whose numbers differ by this on average show the same picture: noise of coding.
pub const STILL_MEAN: f64 = 0.25;

/// A picture that stands for less is a title card.
pub const SHORTEST_FREEZE: Duration = Duration::from_secs(5);

/// Frames repeated for longer are a still picture, not a repeat.
pub const LONGEST_REPEAT: Duration = Duration::from_millis(250);

/// Longest rhythm of repeats that is looked for, in frames: 24 to 25 frames repeats one of 25.
pub const LONGEST_RHYTHM: usize = 30;

/// Fewest repeats that are a rhythm, the share of them that must keep it, and the share of the film it
/// must go through.
pub const RHYTHM_REPEATS: u64 = 6;
/// See [`RHYTHM_REPEATS`].
pub const RHYTHM_SHARE: f64 = 0.6;

/// A flash counts when this share of the screen changes (ITU-R BT.1702), within this time.
pub const FLASH_AREA: f64 = 0.25;
/// See [`FLASH_AREA`].
pub const FLASH_TOGETHER: Duration = Duration::from_millis(80);

/// Flashes within a second that are still safe (ITU-R BT.1702).
pub const FLASHES_A_SECOND: usize = 3;

/// Pixels that are rarer do not count as dark or bright.
pub const RARE: f64 = 0.001;

/// Full range is doubted where this share of pixels is exactly at limited range's black or white.
pub const PILE_SHARE: f64 = 0.01;

/// Share of pixels above 1500 cd/m² that no graded film has.
pub const BRIGHT_HDR_SHARE: f64 = 0.1;

/// How far from black to white a pixel of a bar may be, and the share of frames in which it must be.
pub const BAR_PIXEL: f64 = 0.03;
/// See [`BAR_PIXEL`].
pub const BAR_FRAMES_SHARE: f64 = 0.995;

/// Narrower bars are the edge of an old tape, not a shape that was meant.
pub const NARROWEST_BARS: f64 = 0.03;

/// Sound tracks that are listened to: as many as are made.
pub const LISTENED_TRACKS: usize = 16;

/// Windows of sound that are measured each second.
pub const WINDOWS_A_SECOND: u32 = 2;

/// Length of a step of a title's loudness: the window of short-term loudness in EBU R 128.
pub const LOUDNESS_STEP_MS: u32 = 3_000;

/// Steps of it that are kept, a day's: what a file says of its times may be a lie.
pub const LOUDNESS_STEPS: usize = 28_800;

/// LUFS under which nothing counts as heard: the absolute gate of ITU-R BS.1770.
pub const LOUDNESS_GATE: f64 = -70.0;

/// Sound whose highest sample is below this, in dB of full scale, is silence.
pub const SILENCE_DB: f64 = -60.0;

/// Silence for less is a pause.
pub const SHORTEST_SILENCE: Duration = Duration::from_secs(5);

/// Silence for longer inside a film is probably a mistake.
pub const LONG_SILENCE: Duration = Duration::from_secs(30);

/// Windows of sound that end and begin within this follow one another.
pub const LONGEST_STEP: Duration = Duration::from_millis(20);

/// Sound missing for less is a container's rounding.
pub const SHORTEST_GAP: Duration = Duration::from_millis(100);

/// A window is clipped when its highest sample is at full scale, in dB, and the waveform is flat there.
pub const CLIPPED_PEAK_DB: f64 = -0.1;
/// See [`CLIPPED_PEAK_DB`].
pub const CLIPPED_FLATNESS: f64 = 10.0;

/// Clipped windows nearer than this are one stretch.
pub const CLIPPED_JOIN: Duration = Duration::from_secs(2);

/// A channel that never gets louder, in dB of full scale, is not heard.
pub const DEAD_CHANNEL_DB: f64 = -70.0;

/// Lines of the smallest picture that fields were ever made of; below it detail is taken for them.
pub const FIELD_LINES: u32 = 240;

/// Frames of each stretch that is looked at for fields, and how many stretches there are.
pub const FIELD_FRAMES: u32 = 60;
/// See [`FIELD_FRAMES`].
pub const FIELD_SAMPLES: u32 = 3;

/// Fewest frames that moved for a word on fields.
pub const JUDGED_FIELD_FRAMES: u32 = 12;

/// Share of frames with fields in one order that makes a picture interlaced, or with repeated fields a
/// pulldown.
pub const INTERLACED_SHARE: f64 = 0.6;
/// See [`INTERLACED_SHARE`].
pub const TELECINE_SHARE: f64 = 0.25;

/// Share of frames that repeat a field in a pulldown of 2:3: two of five, less what does not move.
pub const TELECINE_REPEATS: RangeInclusive<f64> = 0.2..=0.55;

/// Samples a second at which dialogue is measured, as eSTOI is defined.
pub const DIALOGUE_RATE: u32 = 10_000;

/// Stretches of 384 ms that make one step of the curve: three seconds are a sentence.
pub const DIALOGUE_SEGMENTS: usize = 8;

/// Length of a step.
pub const DIALOGUE_STEP_MS: u32 = 3072;

/// What is quieter than this, in dB of full scale, is no dialogue.
pub const DIALOGUE_HEARD_DB: f32 = -50.0;

/// The part of a step's stretches that must hold dialogue for a figure.
pub const DIALOGUE_ACTIVE: f32 = 0.25;

/// Hundredths of intelligibility under which most listeners miss words.
pub const DIALOGUE_POOR: u8 = 40;

/// Steps under that for a word on it: a few seconds may be meant so.
pub const DIALOGUE_POOR_STEPS: usize = 2;
