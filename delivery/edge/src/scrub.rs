//! The slow look at everything that is stored: a disk that changes bytes behind our backs is found out, and what
//! it changed is filled again, even where nobody asks for it.

use std::sync::Arc;
use std::time::Duration;

use data_objects::tree::{BLOCK_BYTES, block_count};
use platform_http::Shutdown;

use crate::library::Library;
use crate::limits::{SCRUB_PERIOD, SCRUB_REST};

/// What a look at everything found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Stored blocks that were looked at.
    pub blocks: u64,
    /// Those that were not what they had been; each was asked for again.
    pub damaged: u64,
}

/// Looks at every stored block once in [`SCRUB_PERIOD`], evenly, until `shutdown`.
pub(crate) async fn scrub_loop(library: Arc<Library>, shutdown: Shutdown) {
    let rounds = async {
        loop {
            let blocks = library.cached_bytes().div_ceil(BLOCK_BYTES).max(1);
            let pause = SCRUB_PERIOD / u32::try_from(blocks).unwrap_or(u32::MAX);
            tokio::time::sleep(pause.min(SCRUB_REST)).await;
            scrub(&library, pause).await;
        }
    };
    let _ = shutdown.run_until_cancelled(rounds).await;
}

/// Looks at every stored block, with a pause before each.
pub(crate) async fn scrub(library: &Library, pause: Duration) -> Scrubbed {
    let mut found = Scrubbed::default();
    for name in library.stored_files() {
        // One that cannot be opened is opened anew by whoever asks for it.
        let Ok(held) = library.file(name).await else {
            continue;
        };
        for block in 0..block_count(held.file.bytes) as u32 {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            let Some(is_sound) = held.file.is_sound(block, &library.filler).await else {
                continue;
            };
            found.blocks += 1;
            if !is_sound {
                found.damaged += 1;
                library.filler.metrics.damaged_blocks.inc();
                tracing::warn!(file = %name, block, "a stored block has changed on the disk; filling it again");
                library.filler.lost(&held.file, block);
                if let Err(error) = held.file.block(block, &library.filler).await {
                    tracing::warn!(file = %name, block, %error, "cannot fill a block that has changed");
                }
            }
        }
    }
    found
}
