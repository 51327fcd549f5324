//! How much is measured, and why so much.

use std::time::Duration;

/// Bytes of a value and of an event's payload.
pub(crate) const VALUE_BYTES: usize = 1 << 10;

/// Records of the key-value measurements: many times fjall's block cache of 32 MiB, which both sides have.
pub(crate) const RECORDS: usize = 400_000;
/// The same, quickly: still over the cache.
pub(crate) const QUICK_RECORDS: usize = 80_000;

/// Calls of one round, enough that a clock's reading and a context switch are nothing beside them.
pub(crate) const CALLS: usize = 4_000;

/// Paired rounds; odd, so that there is a median.
pub(crate) const ROUNDS: usize = 15;
/// Paired rounds of what takes long.
pub(crate) const LONG_ROUNDS: usize = 7;

/// Writers that wait for the disk at once.
pub(crate) const WRITERS: usize = 32;
/// Puts of each of them in a round.
pub(crate) const PUTS_EACH: usize = 16;

/// Items of the record that is read by pages.
pub(crate) const PAGED_ITEMS: usize = 100_000;
/// The same, quickly.
pub(crate) const QUICK_PAGED_ITEMS: usize = 40_000;

/// Publishers to the log, where many are asked for.
pub(crate) const PUBLISHERS: usize = 64;

/// How long a round of appends takes.
pub(crate) const APPENDING: Duration = Duration::from_secs(1);

/// Bytes of the wide partition.
pub(crate) const WIDE_BYTES: usize = 500_000_000;
/// The same, quickly: several times the size from which on a partition is split.
pub(crate) const QUICK_WIDE_BYTES: usize = 64_000_000;

/// Pages read of each side of a split: the 99th percentile is the tenth longest.
pub(crate) const WIDE_PAGES: usize = 1_000;
/// The same, quickly, and on Cassandra, where a page takes longer.
pub(crate) const FEW_WIDE_PAGES: usize = 300;

/// Partitions in the filter of split partitions: a namespace that splits a thousand a day for a season.
pub(crate) const FILTERED: u64 = 100_000;
/// Checks of the filter per round.
pub(crate) const CHECKS: u64 = 1_000_000;

/// Records of the dataset that is held in memory.
pub(crate) const FILMS: u64 = 1_000_000;

/// Appliances of the network that is steered in, as many as a large one has.
pub(crate) const BOXES: u32 = 17_000;

/// Titles of its catalogue, and files of each whose holders are told apart.
pub(crate) const TITLES: u32 = 15_000;
/// The same, quickly.
pub(crate) const QUICK_TITLES: u32 = 1_500;
/// Files of a title.
pub(crate) const TITLE_FILES: usize = 12;

/// Least candidates of a client.
pub(crate) const LEAST_CANDIDATES: usize = 30;

/// Different questions: more than any cache keeps ready.
pub(crate) const QUESTIONS: usize = 400_000;

/// Tables put in place while questions are answered.
pub(crate) const SWAPS: usize = 10;
/// The same, quickly.
pub(crate) const QUICK_SWAPS: usize = 3;

/// Files of 2 MiB that are sent from the page cache.
pub(crate) const LARGE_FILES: u64 = 32;
/// The size of a large file, about a segment of a film.
pub(crate) const LARGE_BYTES: usize = 2 << 20;
/// Files of 64 KiB.
pub(crate) const MIDDLE_FILES: u64 = 64;
/// The size of such a file, about a segment of sound.
pub(crate) const MIDDLE_BYTES: usize = 64 << 10;
/// Files of 1 KiB.
pub(crate) const SMALL_FILES: u64 = 64;
/// The size of a small file, about a playlist.
pub(crate) const SMALL_BYTES: usize = 1 << 10;
/// Files that are sent from the disk, each asked for once a round.
pub(crate) const COLD_FILES: u64 = 256;

/// Connections that ask for what is in the page cache.
pub(crate) const WARM_CLIENTS: usize = 32;
/// Clients that ask for what is on the disk.
pub(crate) const COLD_CLIENTS: usize = 64;

/// Connections that nobody asks on.
pub(crate) const IDLE_CONNECTIONS: usize = 100_000;

/// Seconds for which an appliance is asked before its memory is looked at, and after.
pub(crate) const SOAK_SECONDS: (f64, f64) = (10.0, 120.0);
/// The same, quickly.
pub(crate) const QUICK_SOAK_SECONDS: (f64, f64) = (4.0, 16.0);

/// Rounds of both servers, after one that does not count.
pub(crate) const EDGE_ROUNDS: usize = 7;
/// Seconds of a server's part of a round.
pub(crate) const EDGE_SECONDS: f64 = 4.0;
/// The same, quickly.
pub(crate) const QUICK_EDGE_SECONDS: f64 = 1.5;
/// What chance begins with where fill is measured.
pub(crate) const FILL_SEED: u64 = 1;
/// Days of the whole service, each from a seed of its own.
pub(crate) const FILL_SEEDS: u64 = 3;

/// Equal blocks that are asked for, and how many of them come new each day: a catalogue of films.
pub(crate) const BLOCKS: u32 = 10_000;
/// The same, quickly.
pub(crate) const QUICK_BLOCKS: u32 = 2_000;
/// New ones a day.
pub(crate) const NEW_BLOCKS: f64 = 8.0;

/// Requests of a day: a site of a provider's network.
pub(crate) const DAY_REQUESTS: f64 = 200_000.0;
/// The same, quickly.
pub(crate) const QUICK_DAY_REQUESTS: f64 = 40_000.0;

/// Days that are measured, and days before them that fill the caches.
pub(crate) const HELD_BACK_DAYS: u64 = 7;
/// The latter.
pub(crate) const WARM_DAYS: u64 = 7;

/// What a cache has room for, of all blocks.
pub(crate) const CACHED_PART: f64 = 0.1;

/// The part of the room that is placed at night; as on an appliance, the rest is for what was not foreseen.
pub(crate) const PINNED_PART: f64 = 0.95;
