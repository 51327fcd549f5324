//! What a manifest may hold. All of them guard the readers against input made to exhaust memory.

/// The longest text read, in bytes: a day of 2 s segments with long URIs needs about 6 MiB.
pub const MAX_TEXT_BYTES: usize = 16 << 20;

/// The most segments of one playlist or representation: a day of 1 s segments, with room.
pub const MAX_SEGMENTS: usize = 100_000;

/// The most variants, renditions, representations, attributes or base URLs in one list; published
/// ladders have tens.
pub const MAX_LIST: usize = 2_000;

/// How deep XML elements may nest; an MPD needs 7.
pub const MAX_XML_DEPTH: usize = 16;

/// The most XML elements in one document: a full timeline's entries, and the rest.
pub const MAX_XML_ELEMENTS: usize = MAX_SEGMENTS + 20_000;
