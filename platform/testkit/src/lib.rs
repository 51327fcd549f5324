//! What tests of other crates need: a folder, a clock and randomness of their own, a port, and a way to wait
//! for something to become true. Only tests depend on this crate; it must not know what they test.

mod wait;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use platform_clock::{ManualClock, SharedClock, Timestamp};
use platform_entropy::{SeededEntropy, SharedEntropy};

pub use wait::{WaitError, wait_until};

/// When a [`World`]'s clock starts: 2023-11-14T22:13:20Z, far from zero, so that code which subtracts is
/// tested as it will run.
pub const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A test's surroundings, the same in every run: a folder that goes when this is dropped, a clock that moves
/// when told to, and randomness that repeats.
#[derive(Debug)]
pub struct World {
    folder: tempfile::TempDir,
    /// The clock; advance it to let time pass.
    pub clock: Arc<ManualClock>,
    /// Draws the same from the same seed.
    pub entropy: SharedEntropy,
}

impl World {
    /// New surroundings.
    ///
    /// # Panics
    /// When the machine gives no temporary folder.
    pub fn new(seed: u64) -> Self {
        let folder = tempfile::Builder::new().prefix("marquee-test-").tempdir();
        let folder = folder.expect("a machine that runs tests has a temporary folder");
        Self {
            folder,
            clock: ManualClock::at(START),
            entropy: SeededEntropy::shared(seed),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The clock, as code under test takes it.
    pub fn shared_clock(&self) -> SharedClock {
        Arc::clone(&self.clock) as SharedClock
    }
}

/// A local address on which nothing listens. Another process may take it before the caller does: code that
/// can report the port it was given should bind to port 0 instead.
///
/// # Panics
/// When the machine has no free port.
pub fn free_address() -> SocketAddr {
    let bound = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = bound.expect("a machine that runs tests has a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
}

#[cfg(test)]
mod tests {
    use platform_clock::Clock as _;

    use super::*;

    #[test]
    fn a_world_repeats_and_leaves_nothing() {
        let (one, other) = (World::new(7), World::new(7));
        assert_eq!(one.shared_clock().now(), other.clock.now());
        let ids = [&one, &other].map(|world| platform_entropy::random_id(&*world.entropy));
        assert_eq!(ids[0], ids[1]);
        assert_ne!(one.folder(), other.folder());
        let folder = one.folder().to_owned();
        assert!(folder.is_dir());
        drop(one);
        assert!(!folder.exists());
    }

    #[test]
    fn a_free_address_can_be_bound() {
        let address = free_address();
        assert!(address.ip().is_loopback());
        assert_eq!(
            std::net::TcpListener::bind(address)
                .unwrap()
                .local_addr()
                .unwrap(),
            address
        );
    }
}
