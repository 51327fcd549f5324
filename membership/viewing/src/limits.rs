//! Limits of bookmarks and lists.

/// Past this share of a title it counts as seen, in percent: credits are the rest.
pub const SEEN_PERCENT: u64 = 95;

/// Most bookmarks of an account; a further one takes the place of the oldest.
pub const MAX_BOOKMARKS: usize = 500;

/// Most titles on a viewer's list.
pub const MAX_LISTED: usize = 500;
