//! A journal whose end a power cut tore in a way that fjall refuses.
//!
//! What was not synced may reach the disk in part and in any order. fjall cuts a journal's end off when it is
//! incomplete, but refuses the whole store when a batch has its end and lacks a part of its middle (and a
//! build with debug assertions panics on an item that lacks a part of its head). Nothing after such a batch
//! was acknowledged as durable: a sync of the journal would have brought all of it.
//! The layout is that of fjall 3: a batch is a start, its items, and an end with their XXH3 checksum.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;

/// After an item's tag: kind, compression, keyspace (8), key length (2), value length (4), stored length (4).
const ITEM_HEAD_BYTES: usize = 20;
/// The compression of a value that is stored as it is.
const UNCOMPRESSED: u8 = 0;
/// What ends the end of a batch.
const TRAILER: &[u8] = b"FJL\x03";
/// Cut-off ends are kept beside the journal, for a person who wants to know.
const TORN_SUFFIX: &str = "torn";

/// Cuts the newest journal after its last whole batch, if fjall would refuse the store for what follows.
/// Returns whether it did. Older journals were synced whole before the newest was begun: damage to them is
/// no power cut's, and stays.
pub(super) fn cut_torn_end(folder: &Path) -> io::Result<bool> {
    let Some(path) = newest(folder)? else {
        return Ok(false);
    };
    let mut file = File::options().read(true).write(true).open(&path)?;
    let Some(whole) = bytes_before_refused(BufReader::new(&file), file.metadata()?.len())? else {
        return Ok(false);
    };
    let mut torn = Vec::new();
    file.seek(SeekFrom::Start(whole))?;
    file.read_to_end(&mut torn)?;
    let used = torn
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    let kept = path.with_extension(TORN_SUFFIX);
    fs::write(&kept, &torn[..used])?;
    file.set_len(whole)?;
    file.sync_all()?;
    tracing::warn!(journal = %path.display(), kept_bytes = whole, cut_bytes = used, cut_to = %kept.display(),
        "cut a torn end off the store's journal");
    Ok(true)
}

fn newest(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.extension().filter(|suffix| *suffix == "jnl");
        let stem = stem.and(path.file_stem()).and_then(|stem| stem.to_str());
        if let Some(number) = stem.and_then(|stem| stem.parse::<u64>().ok()) {
            newest = newest.max(Some((number, path)));
        }
    }
    Ok(newest.map(|(_, path)| path))
}

/// A batch that is being read.
struct Batch {
    left: u32,
    checksum: Xxh3,
}

/// How many bytes of whole batches come before the batch that fjall refuses; `None` when it refuses none.
fn bytes_before_refused(journal: impl Read, len: u64) -> io::Result<Option<u64>> {
    let mut journal = Entries {
        journal,
        position: 0,
        len,
    };
    let (mut whole, mut batch) = (0, None::<Batch>);
    while let Some(entry) = journal.next()? {
        match (entry, &mut batch) {
            (Entry::Start { items }, None) => {
                batch = Some(Batch {
                    left: items,
                    checksum: Xxh3::new(),
                });
            }
            (Entry::Item(bytes), Some(Batch { left, checksum })) if *left > 0 => {
                *left -= 1;
                checksum.update(&bytes);
            }
            (Entry::End { checksum: said }, Some(Batch { left: 0, checksum }))
                if checksum.digest() == said =>
            {
                batch = None;
                whole = journal.position;
            }
            (Entry::Item(_) | Entry::End { .. }, Some(_)) | (Entry::Torn, _) => {
                return Ok(Some(whole));
            }
            // An incomplete end, which fjall cuts off itself.
            (Entry::Start { .. }, Some(_)) | (Entry::Item(_) | Entry::End { .. }, None) => break,
        }
    }
    Ok(None)
}

enum Entry {
    Start {
        items: u32,
    },
    /// An item or a keyspace's clearing, as it lies in the journal.
    Item(Vec<u8>),
    End {
        checksum: u64,
    },
    /// An item whose lengths contradict each other.
    Torn,
}

struct Entries<R> {
    journal: R,
    position: u64,
    len: u64,
}

impl<R: Read> Entries<R> {
    /// The next entry; `None` where no entry can be told.
    fn next(&mut self) -> io::Result<Option<Entry>> {
        let Some([tag]) = self.take::<1>()? else {
            return Ok(None);
        };
        Ok(match tag {
            START => self.take::<12>()?.map(|head| Entry::Start {
                items: u32::from_le_bytes([head[0], head[1], head[2], head[3]]),
            }),
            ITEM => self.item()?,
            CLEAR => self.take::<8>()?.map(|keyspace| {
                let mut bytes = vec![CLEAR];
                bytes.extend(keyspace);
                Entry::Item(bytes)
            }),
            END => {
                let checksum = self.take::<8>()?.map(u64::from_le_bytes);
                let trailer = self.take::<4>()?;
                checksum
                    .filter(|_| trailer.is_some_and(|trailer| trailer == TRAILER))
                    .map(|checksum| Entry::End { checksum })
            }
            _ => None,
        })
    }

    fn item(&mut self) -> io::Result<Option<Entry>> {
        let Some(head) = self.take::<ITEM_HEAD_BYTES>()? else {
            return Ok(None);
        };
        let key = u64::from(u16::from_le_bytes([head[10], head[11]]));
        let (real, stored) = (&head[12..16], &head[16..20]);
        if head[1] == UNCOMPRESSED && real != stored {
            return Ok(Some(Entry::Torn));
        }
        let value = u64::from(u32::from_le_bytes([head[16], head[17], head[18], head[19]]));
        if key + value > self.len.saturating_sub(self.position) {
            return Ok(None);
        }
        let mut bytes = vec![ITEM];
        bytes.extend(head);
        let start = bytes.len();
        bytes.resize(start + (key + value) as usize, 0);
        Ok(self
            .fill(&mut bytes[start..])?
            .then_some(Entry::Item(bytes)))
    }

    fn take<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        Ok(self.fill(&mut bytes)?.then_some(bytes))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<bool> {
        self.position += bytes.len() as u64;
        match self.journal.read_exact(bytes) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            read => read.map(|()| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
    use proptest::prelude::*;

    use super::*;

    const BATCHES: u8 = 5;

    fn open(folder: &Path) -> fjall::Result<(Database, Keyspace)> {
        let database = Database::builder(folder).open()?;
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default)?;
        Ok((database, rows))
    }

    /// A journal of a few batches of two items each, one long enough to be stored compressed.
    fn written() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let (database, rows) = open(folder.path()).unwrap();
        for number in 0..BATCHES {
            let mut batch = database.batch().durability(Some(PersistMode::SyncAll));
            batch.insert(&rows, [number, 0], vec![number + 1; 2000]);
            batch.insert(&rows, [number, 1], vec![number + 1; 9000]);
            batch.commit().unwrap();
        }
        folder
    }

    fn journal(folder: &Path) -> PathBuf {
        newest(folder).unwrap().unwrap()
    }

    #[test]
    fn a_whole_journal_is_left_alone() {
        let folder = written();
        let before = fs::read(journal(folder.path())).unwrap();
        assert!(!cut_torn_end(folder.path()).unwrap());
        assert_eq!(fs::read(journal(folder.path())).unwrap(), before);
    }

    #[test]
    fn a_batch_without_its_middle_is_cut_off_and_kept_aside() {
        let folder = written();
        let path = journal(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.windows(600).rposition(|part| part == [BATCHES; 600]);
        bytes[last.unwrap()..][..512].fill(0);
        fs::write(&path, &bytes).unwrap();
        assert!(matches!(
            open(folder.path()),
            Err(fjall::Error::JournalRecovery(_))
        ));
        assert!(cut_torn_end(folder.path()).unwrap());
        let (_database, rows) = open(folder.path()).unwrap();
        assert_eq!(rows.len().unwrap(), 2 * usize::from(BATCHES - 1));
        assert!(
            fs::metadata(path.with_extension(TORN_SUFFIX))
                .unwrap()
                .len()
                > 0
        );
    }

    #[test]
    fn an_item_without_a_part_of_its_head_is_cut_off() {
        let folder = written();
        let path = journal(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let stored = 2000_u32.to_le_bytes();
        let last = bytes
            .windows(8)
            .rposition(|part| part[..4] == stored && part[4..] == stored);
        bytes[last.unwrap() + 4..][..4].fill(0);
        fs::write(&path, &bytes).unwrap();
        assert!(cut_torn_end(folder.path()).unwrap());
        let (_database, rows) = open(folder.path()).unwrap();
        assert_eq!(rows.len().unwrap(), 2 * usize::from(BATCHES - 1));
    }

    #[test]
    fn an_empty_folder_has_nothing_to_cut() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!cut_torn_end(folder.path()).unwrap());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(0..6_u8, 0..200)) {
            let whole = bytes_before_refused(&bytes[..], bytes.len() as u64).unwrap();
            prop_assert!(whole.is_none_or(|whole| whole <= bytes.len() as u64));
        }
    }
}
