//! How much a media document may hold.

/// Most events. A film has 2,000 shots and as many cues in each of its languages: thirty languages with
/// room for findings and text in the picture.
pub const MAX_EVENTS: usize = 100_000;

/// Most bytes of a document as JSON: the most events at three times their usual length.
pub const MAX_JSON_BYTES: usize = 64 << 20;
