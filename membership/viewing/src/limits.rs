//! Limits of bookmarks and lists, and what a view is.

use std::time::Duration;

/// Past this share of a title it counts as seen, in percent: credits are the rest.
pub const SEEN_PERCENT: u64 = 95;

/// Most bookmarks of an account; a further one takes the place of the oldest.
pub const MAX_BOOKMARKS: usize = 500;

/// Most titles on a viewer's list.
pub const MAX_LISTED: usize = 500;

/// A play of this many milliseconds is a view: who stays for half a minute did not only look.
pub const VIEW_AFTER_MS: u64 = 30_000;

/// Of a title that is shorter, this share of it, in percent: players tell where they are some seconds apart.
pub const VIEW_SEEN_PERCENT: u64 = 90;

/// How long a title's views are shown as they were read: they are a minute or two old as it is.
pub const VIEWS_SHOWN_FOR: Duration = Duration::from_secs(30);
