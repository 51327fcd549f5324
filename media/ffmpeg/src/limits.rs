//! What a child process may use, and how much of what it says is kept.

use std::time::Duration;

/// CPU time of one child. A chunk of an encode takes minutes; a whole film's audio or shot detection
/// takes hours on a slow core. Beyond this a decoder is looping.
pub const DEFAULT_CPU: Duration = Duration::from_hours(12);

/// Address space of one child. A 2160p encode with a dozen threads reserves about 4 GiB, most of it
/// thread stacks and allocator arenas that are never touched.
pub const DEFAULT_ADDRESS_SPACE: u64 = 12 << 30;

/// Elapsed time of one child: twice the CPU time, for a machine that is shared.
pub const DEFAULT_WALL: Duration = Duration::from_hours(24);

/// Standard output kept in memory when it is captured: ffprobe's JSON of a file with hundreds of
/// streams is under 1 MiB.
pub const DEFAULT_STDOUT: usize = 16 << 20;

/// Between the CPU limit's polite signal and its fatal one: ffmpeg closes its files in that time.
pub const CPU_GRACE: Duration = Duration::from_secs(5);

/// The end of standard error that is kept: the reason of a failure is among its last lines.
pub const STDERR_TAIL: usize = 8 << 10;

/// Longest line of a progress report that is looked at; real ones are under 40 bytes.
pub const PROGRESS_LINE: usize = 256;

/// Read at once from a pipe: the size of a Linux pipe.
pub const PIPE_READ: usize = 64 << 10;

/// How much children give way to the service itself, in `nice` steps.
pub const NICE: i32 = 10;

/// What one child process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// CPU time over all threads; counted in whole seconds, at least one.
    pub cpu: Duration,
    /// Bytes of address space.
    pub address_space: u64,
    /// Elapsed time.
    pub wall: Duration,
    /// Bytes of captured standard output; streamed output is not limited.
    pub stdout: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: DEFAULT_CPU,
            address_space: DEFAULT_ADDRESS_SPACE,
            wall: DEFAULT_WALL,
            stdout: DEFAULT_STDOUT,
        }
    }
}
