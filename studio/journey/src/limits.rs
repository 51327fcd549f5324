//! The studio's limits.

use std::ops::RangeInclusive;

/// Characters of a title's name: longer ones fit no card.
pub(crate) const NAME_CHARACTERS: usize = 200;
/// Characters of a description: about a page.
pub(crate) const DESCRIPTION_CHARACTERS: usize = 4_000;
/// Characters of a category: a word or two.
pub(crate) const CATEGORY_CHARACTERS: usize = 60;
/// Characters of one tag.
pub(crate) const TAG_CHARACTERS: usize = 60;
/// Tags of a title.
pub(crate) const TAGS: usize = 30;
/// Subtitle files of a title: more languages than any title has been given.
pub(crate) const SUBTITLES: usize = 80;
/// Sound tracks made of a master; a manifest with more helps nobody.
pub(crate) const AUDIO_TRACKS: usize = 16;
/// Partitions of the topic `titles`, where nobody created it: a title's events keep their order in one.
pub(crate) const TITLES_PARTITIONS: u32 = 4;
/// Years a film can be from: the first moving pictures to a few years ahead.
pub(crate) const YEARS: RangeInclusive<i32> = 1870..=2100;
/// Free space that must stay on the studio's disk.
pub(crate) const DISK_RESERVE: u64 = 512 << 20;
/// Runs worked on at once: a short title does not wait behind a long one.
pub(crate) const RUNS_AT_ONCE: usize = 2;

/// Pixels down the key frames that are shown while winding, at most where a rendition is as small: they are looked at
/// for a moment each.
pub(crate) const KEY_FRAME_HEIGHT: u32 = 480;
/// Joins of a title that are looked at: the more chunks, the more alike they are.
pub(crate) const SEAMS: usize = 6;
/// Frames on either side of a join that are scored.
pub(crate) const SEAM_FRAMES: u64 = 12;
/// Frames of these that lie at the join.
pub(crate) const SEAM_EDGE: usize = 2;
/// Points that frames at a join may be worse than their neighbours: what is just noticed.
pub(crate) const SEAM_DIP: f64 = 6.0;
/// Shots that follow one another are one scene until they last so long: a word on dialogue needs a few sentences.
pub(crate) const SCENE_MS: u64 = 15_000;
