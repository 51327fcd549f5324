//! Files that promise more than they hold. In a process of its own: what it asks for is measured.

#[path = "support/movie.rs"]
mod movie;

use movie::{full, movie, refuse, words};

/// The process's largest address space so far, in bytes: memory that is asked for counts whether or not
/// it is touched. Nothing where the system does not say.
fn largest() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmPeak:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? << 10)
}

#[test]
fn tables_that_promise_more_than_the_file_holds_take_no_memory() {
    const ROOM: u64 = 64 << 20;
    let before = largest();
    for count in [u32::MAX, 1 << 31, 1 << 28, 1 << 24, 1 << 23] {
        let one_run = words(&[1, count, 1]);
        let tables = [
            full(*b"stts", &one_run),
            full(*b"ctts", &words(&[count])),
            full(*b"stsc", &words(&[1, 1, count, 1])),
            full(*b"stco", &words(&[count, 0])),
            full(*b"stss", &words(&[count])),
        ]
        .concat();
        refuse(&movie(
            &[full(*b"stsz", &words(&[0, count])), tables.clone()].concat(),
        ));
        refuse(&movie(
            &[full(*b"stsz", &words(&[1, count])), tables].concat(),
        ));
    }
    if let (Some(before), Some(after)) = (before, largest()) {
        // The largest of these tables would be 256 MiB.
        assert!(
            after - before < ROOM,
            "{} bytes were asked for",
            after - before
        );
    }
}
