//! The disk as processes meet it: the calls that stores make, and what a cut takes from them.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use tests_powerloss::machine::Machine;
use tests_powerloss::mount::Mounted;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A seed that keeps nothing that was not synced.
fn seed_that_loses(machine: &Machine) -> u64 {
    let unsynced_is_gone = |seed: &u64| {
        let disk = machine
            .look(|disk| Ok(disk.clone()))
            .expect("the power is on");
        let (after, _) = disk.cut(*seed);
        let names = after.list(tests_powerloss::disk::ROOT).unwrap_or_default();
        names.iter().all(|listed| listed.name != "unsynced")
    };
    (0..1000)
        .find(unsynced_is_gone)
        .expect("some seed loses an unsynced name")
}

fn use_as_stores_do(folder: &Path) -> Outcome {
    let path = folder.join("inner");
    fs::create_dir_all(path.join("deep"))?;
    let mut file = File::create_new(path.join("file"))?;
    file.set_len(1 << 20)?;
    file.write_all(&[7; 10_000])?;
    file.sync_data()?;
    assert_eq!(file.metadata()?.len(), 1 << 20);
    file.write_all_at(b"in the middle", 500_000)?;
    let mut read = [0; 13];
    file.read_exact_at(&mut read, 500_000)?;
    assert_eq!(&read, b"in the middle");
    file.set_len(10_000)?;
    let mut appending = File::options().append(true).open(path.join("file"))?;
    appending.write_all(b"end")?;
    appending.seek(SeekFrom::Start(0))?;
    assert_eq!(fs::read(path.join("file"))?.len(), 10_003);
    Ok(())
}

fn names_locks_and_space(folder: &Path) -> Outcome {
    let path = folder.join("inner");
    tempfile::NamedTempFile::new_in(&path)?.persist(path.join("file"))?;
    assert_eq!(fs::read(path.join("file"))?, b"");
    tempfile::NamedTempFile::new_in(&path)?.persist_noclobber(path.join("other"))?;
    assert!(
        tempfile::NamedTempFile::new_in(&path)?
            .persist_noclobber(path.join("other"))
            .is_err()
    );
    fs::hard_link(path.join("other"), path.join("linked"))?;
    let (one, two) = (
        File::open(path.join("linked"))?,
        File::open(path.join("linked"))?,
    );
    one.try_lock()?;
    assert!(matches!(two.try_lock(), Err(fs::TryLockError::WouldBlock)));
    for number in 0..500 {
        fs::write(path.join("deep").join(number.to_string()), "x")?;
    }
    assert_eq!(fs::read_dir(path.join("deep"))?.count(), 500);
    fs::remove_dir_all(path.join("deep"))?;
    let mut gone = File::create_new(path.join("gone"))?;
    fs::remove_file(path.join("gone"))?;
    gone.write_all(b"still open")?;
    assert!(!path.join("gone").exists());
    let kept = fs::read_dir(&path)?.count();
    assert_eq!(kept, 3, "file, other, linked");
    Ok(())
}

#[test]
fn processes_find_a_file_system() -> Outcome {
    if !tests_powerloss::fuse_is_there() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mounted = Mounted::new(&Machine::default(), folder.path())?;
    use_as_stores_do(folder.path())?;
    names_locks_and_space(folder.path())?;
    mounted.unmount()?;
    assert_eq!(fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}

#[test]
fn a_cut_takes_what_was_not_synced_and_no_more() -> Outcome {
    if !tests_powerloss::fuse_is_there() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let machine = Machine::default();
    let mounted = Mounted::new(&machine, folder.path())?;
    let mut file = File::create_new(folder.path().join("synced"))?;
    file.write_all(b"kept")?;
    file.sync_all()?;
    File::open(folder.path())?.sync_all()?;
    fs::write(folder.path().join("unsynced"), "lost")?;
    machine.cut(seed_that_loses(&machine));
    assert!(file.write_all(b"too late").is_err());
    assert!(File::create_new(folder.path().join("another")).is_err());
    drop(file);
    mounted.unmount()?;

    let losses = machine.power_on();
    assert!(
        losses.iter().any(|loss| loss.contains("unsynced")),
        "{losses:?}"
    );
    let mounted = Mounted::new(&machine, folder.path())?;
    let mut text = String::new();
    File::open(folder.path().join("synced"))?.read_to_string(&mut text)?;
    assert_eq!(text, "kept");
    assert!(!folder.path().join("unsynced").exists());
    mounted.unmount()?;
    Ok(())
}
