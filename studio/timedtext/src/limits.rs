//! How much a subtitle file may ask of us, each bound with its reason.

/// Largest file read. A talkative three-hour film with long voice tags is under 500 KB; TTML that styles
/// every word, in UTF-16, is ten times that.
pub const MAX_BYTES: usize = 8 << 20;

/// Most cues kept: one every half second for over five hours.
pub const MAX_CUES: usize = 40_000;

/// Longest line in bytes; a screen shows about 40 characters, and tags add some.
pub const MAX_LINE_BYTES: usize = 8 << 10;

/// Deepest XML read; real documents nest about eight deep.
pub const MAX_XML_DEPTH: usize = 64;

/// Characters a second that grown-up viewers can follow; television's guides say 17 to 20.
pub const MAX_CHARACTERS_PER_SECOND: u32 = 20;

/// Most broken rules reported for one track; a track with more is wrong throughout.
pub const MAX_CONCERNS: usize = 200;

/// Most lines of text in one cue; more would cover the picture.
pub const MAX_CUE_LINES: usize = 40;

/// Most warnings reported one by one; a file that is wrong throughout is wrong in the same way.
pub const MAX_WARNINGS: usize = 50;

/// Latest time read, in hours: longer than any title, and far from overflow.
pub const MAX_HOURS: u64 = 1_000;

/// Longest language tag: RFC 5646 section 4.4.1 asks that 35 characters be held.
pub const MAX_LANGUAGE_TAG: usize = 35;
