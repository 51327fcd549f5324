//! What a power cut leaves: everything that was synced, and of the rest what the seed says.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::changes::{self, Change};
use super::content::{Content, DataChange};
use super::{Body, Disk, Ino, Node, ROOT};
use crate::limits::{PAGE_BYTES, SECTOR_BYTES};

/// What a cut took: one line for each file's data and each name, to find a cause by.
pub type Losses = Vec<String>;

/// How unsynced changes fared. Each is a state that POSIX allows and that some file system shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing was written back.
    Lost,
    /// Everything was.
    Kept,
    /// The oldest were, as a journal does it.
    Oldest,
    /// Some were, in no order.
    Some,
}

impl Fate {
    fn draw(chance: &mut StdRng) -> Self {
        match chance.random_range(0..10) {
            0..3 => Self::Lost,
            3 => Self::Kept,
            4..6 => Self::Oldest,
            _ => Self::Some,
        }
    }
}

/// The disk after power returns, and what it lost.
pub(super) fn cut(mut disk: Disk, seed: u64) -> (Disk, Losses) {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut losses = Losses::new();
    let mut pending = std::mem::take(&mut disk.changes);
    let kept = surviving_changes(&mut pending, &mut chance);
    for change in &kept {
        disk.settle(change);
    }
    losses.extend(pending.iter().map(|change| disk.tell(change)));
    let mut after = Disk {
        nodes: BTreeMap::new(),
        next: disk.next,
        changes: Vec::new(),
        room: disk.room,
    };
    for ino in reachable(&disk) {
        let Some(node) = disk.nodes.remove(&ino) else {
            continue;
        };
        let body = match node.body {
            Body::Folder { synced, .. } => Body::Folder {
                seen: synced.clone(),
                synced,
            },
            Body::File {
                seen,
                synced,
                pending,
            } => {
                let left = surviving_content(&synced, &pending, seen.len(), &mut chance);
                if left != seen {
                    losses.push(format!(
                        "file {ino}: {} unsynced changes; {} bytes, was {} (synced {})",
                        pending.len(),
                        left.len(),
                        seen.len(),
                        synced.len()
                    ));
                }
                Body::File {
                    seen: left.clone(),
                    synced: left,
                    pending: Vec::new(),
                }
            }
        };
        let node = Node { body, ..node };
        after.nodes.insert(ino, node);
    }
    after.count_links();
    (after, losses)
}

fn surviving_changes(pending: &mut Vec<Change>, chance: &mut StdRng) -> Vec<Change> {
    match Fate::draw(chance) {
        Fate::Lost => Vec::new(),
        Fate::Kept => std::mem::take(pending),
        Fate::Oldest => {
            let count = chance.random_range(0..=pending.len());
            pending.drain(..count).collect()
        }
        Fate::Some => {
            let odds = chance.random_range(0.1..0.9);
            changes::take(pending, |_| chance.random_bool(odds))
        }
    }
}

fn surviving_content(
    synced: &Content,
    pending: &[DataChange],
    seen_len: u64,
    chance: &mut StdRng,
) -> Content {
    let mut left = synced.clone();
    if pending.is_empty() {
        return left;
    }
    match Fate::draw(chance) {
        Fate::Lost => {}
        Fate::Kept => pending.iter().for_each(|change| left.apply(change)),
        Fate::Oldest => {
            let count = chance.random_range(0..=pending.len());
            pending[..count]
                .iter()
                .for_each(|change| left.apply(change));
            if let Some(last) = pending.get(count) {
                let parts = last.torn(SECTOR_BYTES);
                let kept = chance.random_range(0..=parts.len());
                parts[..kept].iter().for_each(|part| left.apply(part));
            }
        }
        Fate::Some => scattered(&mut left, pending, chance),
    }
    surviving_len(&mut left, synced, pending, seen_len, chance);
    left
}

/// Parts of the changes, in no order. A length that was not written back hides all that came after it.
fn scattered(left: &mut Content, pending: &[DataChange], chance: &mut StdRng) {
    let unit = if chance.random_bool(0.5) {
        SECTOR_BYTES
    } else {
        PAGE_BYTES
    };
    let odds = chance.random_range(0.1..0.95);
    for change in pending {
        for part in change.torn(unit) {
            let kept = chance.random_bool(odds);
            if kept {
                left.apply(&part);
            } else if matches!(part, DataChange::Len(_)) {
                return;
            }
        }
    }
}

/// A length is written back on its own: before its data, which then reads as zeros, or after it.
fn surviving_len(
    left: &mut Content,
    synced: &Content,
    pending: &[DataChange],
    seen_len: u64,
    chance: &mut StdRng,
) {
    let only_grew = pending
        .iter()
        .all(|change| matches!(change, DataChange::Write { .. }));
    match chance.random_range(0..4) {
        0 if only_grew => left.set_len(synced.len()),
        1 if only_grew => left.set_len(seen_len),
        _ => {}
    }
}

fn reachable(disk: &Disk) -> BTreeSet<Ino> {
    let mut found = BTreeSet::new();
    let mut next = vec![ROOT];
    while let Some(ino) = next.pop() {
        if !found.insert(ino) {
            continue;
        }
        if let Some(Node {
            body: Body::Folder { synced, .. },
            ..
        }) = disk.nodes.get(&ino)
        {
            next.extend(synced.values());
        }
    }
    found
}
