//! Whether this machine can mount at all.

use std::io::Write as _;
use std::path::Path;

use crate::mount::DEVICE;

/// The variable by which a person says that power cuts may go untested.
pub const LEAVE_OUT: &str = "MARQUEE_NO_FUSE";

/// Whether power can be cut here. Where it cannot and a person said that it need not be, this says what is
/// left out and returns false.
///
/// # Panics
/// When there is no FUSE and nobody said that power cuts may go untested.
#[expect(
    clippy::disallowed_methods,
    reason = "only the environment can say that a test is to be left out"
)]
pub fn fuse_is_there() -> bool {
    if std::env::var(LEAVE_OUT).is_ok_and(|set| set == "1") {
        // Straight to the terminal: a test that passes has what it prints kept from sight.
        let told = writeln!(
            std::io::stderr(),
            "{LEAVE_OUT}=1: no file system that forgets is mounted, power cuts are not tested"
        );
        told.expect("a terminal or a file takes a line");
        return false;
    }
    assert!(
        Path::new(DEVICE).exists(),
        "{DEVICE} is missing, so power cuts cannot be tested; load the kernel's fuse module (and give a \
         container the device), or set {LEAVE_OUT}=1 to leave them out"
    );
    true
}
