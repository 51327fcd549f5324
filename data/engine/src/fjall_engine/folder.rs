//! The store's folder where fjall leaves it to chance: names that it does not sync, and a creation that was
//! cut short, which it cannot open again.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::path::Path;

/// Says that a store was created and in which format; fjall writes it last.
const VERSION: &str = "version";
/// How that file begins.
const MAGIC: &[u8] = b"FJL";
/// Held by the process that has the store open.
const LOCK: &str = "lock";
/// The journal that a creation begins, and at which the next one stumbles.
const FIRST_JOURNAL: &str = "0.jnl";
/// Files that fjall creates and will not find there.
const LEFTOVERS: [&str; 2] = [VERSION, FIRST_JOURNAL];
/// A folder for each keyspace.
const KEYSPACES: &str = "keyspaces";

/// Readies a folder for fjall: makes all names in it durable, and its own, and takes away what a creation
/// left that a kill or a power cut ended.
pub(super) fn prepare(folder: &Path) -> io::Result<()> {
    platform_files::create_folder_sync(folder)?;
    if was_created(folder)? {
        // A process that was killed may have left what it had not synced yet. fjall builds on what it finds.
        File::open(folder.join(VERSION))?.sync_all()?;
        return platform_files::sync_folders_sync(folder);
    }
    if LEFTOVERS.iter().any(|name| folder.join(name).exists()) {
        remove_leftovers(folder)?;
    }
    Ok(())
}

fn remove_leftovers(folder: &Path) -> io::Result<()> {
    let lock = File::options()
        .create(true)
        .append(true)
        .open(folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {}
        // Another process is creating it: fjall says that it is locked.
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if was_created(folder)? || holds_data(&folder.join(FIRST_JOURNAL))? {
        return Ok(());
    }
    tracing::warn!(folder = %folder.display(), "removing what is left of a store that was never finished");
    for name in LEFTOVERS {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether something was ever written to a journal, which begins as zeros. Such a store was in use: what
/// became of its version is for a person to find out.
fn holds_data(journal: &Path) -> io::Result<bool> {
    let mut file = match File::open(journal) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    let mut first = [0; 64];
    let count = file.read(&mut first)?;
    Ok(first[..count].iter().any(|byte| *byte != 0))
}

/// Makes the names of keyspaces durable: fjall syncs what their folders hold, but not the folder that holds
/// them, so that a power cut could take a keyspace with all that was synced in it.
pub(super) fn sync_names(folder: &Path) -> io::Result<()> {
    File::open(folder.join(KEYSPACES))?.sync_all()
}

/// Whether the store was created wholly. A version that is empty or zeros was cut off while it was written;
/// any other is fjall's to judge.
fn was_created(folder: &Path) -> io::Result<bool> {
    match fs::read(folder.join(VERSION)) {
        Ok(version) => Ok(version.len() > MAGIC.len() && version.iter().any(|byte| *byte != 0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use fjall::Database;

    use super::*;

    #[test]
    fn a_creation_cut_short_is_begun_again() {
        for version in [None, Some(&b""[..]), Some(&b"FJ"[..]), Some(&[0; 4][..])] {
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name);
            fs::write(at(LOCK), "").unwrap();
            fs::create_dir(at(KEYSPACES)).unwrap();
            if version != Some(b"") {
                fs::write(at(FIRST_JOURNAL), [0; 100]).unwrap();
            }
            if let Some(version) = version {
                fs::write(at(VERSION), version).unwrap();
            }
            assert!(Database::builder(folder.path()).open().is_err());
            prepare(folder.path()).unwrap();
            Database::builder(folder.path()).open().unwrap();
        }
    }

    #[test]
    fn a_journal_that_was_written_to_is_left_for_a_person() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join(FIRST_JOURNAL);
        fs::write(&journal, [1; 100]).unwrap();
        prepare(folder.path()).unwrap();
        assert_eq!(fs::read(&journal).unwrap(), [1; 100]);
        assert!(Database::builder(folder.path()).open().is_err());
    }

    #[test]
    fn a_store_that_was_created_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Database::builder(folder.path()).open().unwrap());
        let names = || {
            let mut names: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name())
                .collect();
            names.sort();
            names
        };
        let before = names();
        prepare(folder.path()).unwrap();
        assert_eq!(names(), before);
        fs::write(folder.path().join(VERSION), "of someone else").unwrap();
        prepare(folder.path()).unwrap();
        assert_eq!(names(), before);
    }
}
