//! What the model promises, over many disks and seeds.

use std::ffi::OsStr;

use proptest::prelude::*;

use super::*;
use crate::limits::SECTOR_BYTES;

/// Seeds that a rule is tried with.
const SEEDS: std::ops::Range<u64> = 0..200;

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

/// A small step on a disk of a few folders and names.
#[derive(Debug, Clone)]
enum Step {
    Create(u8, u8),
    MakeFolder(u8),
    Write(u8, u8, u16, u16),
    SetLen(u8, u8, u16),
    Rename(u8, u8, u8, u8),
    Link(u8, u8, u8),
    Unlink(u8, u8),
    SyncFile(u8, u8),
    SyncFolder(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let (folder, file) = (0..3_u8, 0..3_u8);
    let at = (folder.clone(), file.clone());
    prop_oneof![
        at.clone().prop_map(|(d, f)| Step::Create(d, f)),
        folder.clone().prop_map(Step::MakeFolder),
        (at.clone(), 0..9000_u16, 1..3000_u16).prop_map(|((d, f), at, n)| Step::Write(d, f, at, n)),
        (at.clone(), 0..9000_u16).prop_map(|((d, f), n)| Step::SetLen(d, f, n)),
        (at.clone(), at.clone()).prop_map(|((d, f), (e, g))| Step::Rename(d, f, e, g)),
        (at.clone(), file).prop_map(|((d, f), g)| Step::Link(d, f, g)),
        at.clone().prop_map(|(d, f)| Step::Unlink(d, f)),
        at.prop_map(|(d, f)| Step::SyncFile(d, f)),
        folder.prop_map(Step::SyncFolder),
    ]
}

fn folder(disk: &Disk, index: u8) -> Ino {
    disk.lookup(ROOT, name(&format!("d{index}")))
        .unwrap_or(ROOT)
}

fn file(disk: &Disk, at: u8, index: u8) -> Result<Ino, Fault> {
    disk.lookup(folder(disk, at), name(&format!("f{index}")))
}

/// Does a step; one that cannot be done changes nothing.
fn take(disk: &mut Disk, step: &Step, stamp: u8) -> Result<(), Fault> {
    let named = |index: &u8| OsString::from(format!("f{index}"));
    match step {
        Step::Create(d, f) => disk.create(folder(disk, *d), &named(f), 0o644).map(|_| ()),
        Step::MakeFolder(d) => disk
            .make_folder(ROOT, name(&format!("d{d}")), 0o755)
            .map(|_| ()),
        Step::Write(d, f, at, n) => {
            let bytes = vec![stamp; usize::from(*n)];
            disk.write(file(disk, *d, *f)?, u64::from(*at), &bytes)
                .map(|_| ())
        }
        Step::SetLen(d, f, n) => disk.set_len(file(disk, *d, *f)?, u64::from(*n)),
        Step::Rename(d, f, e, g) => {
            let (from, to) = (folder(disk, *d), folder(disk, *e));
            disk.rename((from, &named(f)), (to, &named(g)), true)
        }
        Step::Link(d, f, g) => disk.link(file(disk, *d, *f)?, folder(disk, *d), &named(g)),
        Step::Unlink(d, f) => disk.unlink(folder(disk, *d), &named(f)),
        Step::SyncFile(d, f) => disk.sync_file(file(disk, *d, *f)?),
        Step::SyncFolder(d) => disk.sync_folder(folder(disk, *d)),
    }
}

/// Every path and what it holds; `None` for a folder.
fn tree(disk: &Disk, from: Ino) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for listed in disk.list(from).unwrap() {
        let (name, ino) = (listed.name.to_string_lossy().into_owned(), listed.ino);
        if listed.is_folder {
            let inner = tree(disk, ino);
            found.extend(
                inner
                    .into_iter()
                    .map(|(path, held)| (format!("{name}/{path}"), held)),
            );
            found.insert(name, None);
        } else {
            found.insert(name, Some(disk.read(ino, 0, u64::MAX).unwrap()));
        }
    }
    found
}

fn sync_everything(disk: &mut Disk) {
    let all: Vec<Ino> = disk.nodes.keys().copied().collect();
    for ino in all {
        disk.sync_file(ino).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_was_synced_is_there(
        steps in proptest::collection::vec(step(), 0..30),
        seed in any::<u64>(),
    ) {
        let mut disk = Disk::default();
        for (stamp, step) in steps.iter().enumerate() {
            let _ = take(&mut disk, step, stamp as u8 + 1);
        }
        sync_everything(&mut disk);
        let before = tree(&disk, ROOT);
        let (after, losses) = disk.cut(seed);
        prop_assert_eq!(tree(&after, ROOT), before);
        prop_assert!(losses.is_empty(), "{:?}", losses);
    }

    /// What was never touched since its sync is there, whatever else was under way.
    #[test]
    fn what_was_synced_and_left_alone_is_there(
        steps in proptest::collection::vec(step(), 0..30),
        seed in any::<u64>(),
    ) {
        let mut disk = Disk::default();
        let kept = disk.make_folder(ROOT, name("kept"), 0o755).unwrap();
        let file = disk.create(kept, name("file"), 0o644).unwrap();
        disk.write(file, 0, &[9; 5000]).unwrap();
        sync_everything(&mut disk);
        for (stamp, step) in steps.iter().enumerate() {
            let _ = take(&mut disk, step, stamp as u8 + 1);
        }
        let (after, _) = disk.cut(seed);
        let after = tree(&after, ROOT);
        prop_assert_eq!(after.get("kept/file"), Some(&Some(vec![9; 5000])));
    }

    /// A disk that was cut is a disk: links are counted, and it can be cut again without loss.
    #[test]
    fn what_is_left_is_whole(
        steps in proptest::collection::vec(step(), 0..30),
        seed in any::<u64>(),
    ) {
        let mut disk = Disk::default();
        for (stamp, step) in steps.iter().enumerate() {
            let _ = take(&mut disk, step, stamp as u8 + 1);
        }
        let (after, _) = disk.cut(seed);
        let found = tree(&after, ROOT);
        prop_assert!(after.nodes.values().all(|node| node.links > 0));
        let (again, losses) = after.cut(seed.wrapping_add(1));
        prop_assert_eq!(tree(&again, ROOT), found);
        prop_assert!(losses.is_empty());
    }
}

/// The disk after writing `new` over the synced `old` in the way that `replace` does, for every seed.
fn after_replacing(replace: impl Fn(&mut Disk, Ino)) -> Vec<Option<Vec<u8>>> {
    SEEDS
        .map(|seed| {
            let mut disk = Disk::default();
            let old = disk.create(ROOT, name("file"), 0o644).unwrap();
            disk.write(old, 0, &[1; 3000]).unwrap();
            sync_everything(&mut disk);
            let new = disk.create(ROOT, name("new"), 0o644).unwrap();
            disk.write(new, 0, &[2; 3000]).unwrap();
            replace(&mut disk, new);
            tree(&disk.cut(seed).0, ROOT).get("file").cloned().flatten()
        })
        .collect()
}

fn rename(disk: &mut Disk) {
    let (from, to) = ((ROOT, name("new")), (ROOT, name("file")));
    disk.rename(from, to, true).unwrap();
}

#[test]
fn a_file_synced_and_renamed_is_the_old_or_the_new() {
    let (old, new) = (Some(vec![1; 3000]), Some(vec![2; 3000]));
    let found = after_replacing(|disk, ino| {
        disk.sync_file(ino).unwrap();
        rename(disk);
    });
    assert!(found.iter().all(|file| *file == old || *file == new));
    assert!(found.contains(&old) && found.contains(&new));
    let found = after_replacing(|disk, ino| {
        disk.sync_file(ino).unwrap();
        rename(disk);
        disk.sync_folder(ROOT).unwrap();
    });
    assert!(found.iter().all(|file| *file == new));
}

#[test]
fn a_file_renamed_without_a_sync_can_be_torn() {
    let whole = [Some(vec![1; 3000]), Some(vec![2; 3000])];
    let found = after_replacing(|disk, _| rename(disk));
    let torn = found.iter().filter(|file| !whole.contains(file)).count();
    assert!(torn > 0);
}

#[test]
fn a_sync_of_a_file_does_not_bring_its_name() {
    let is_there = |seed, sync: fn(&mut Disk, Ino)| {
        let mut disk = Disk::default();
        let folder = disk.make_folder(ROOT, name("folder"), 0o755).unwrap();
        let file = disk.create(folder, name("file"), 0o644).unwrap();
        disk.sync_file(file).unwrap();
        sync(&mut disk, folder);
        tree(&disk.cut(seed).0, ROOT).contains_key("folder/file")
    };
    assert!(SEEDS.clone().any(|seed| !is_there(seed, |_, _| ())));
    let inner = |disk: &mut Disk, folder| disk.sync_folder(folder).unwrap();
    assert!(SEEDS.clone().any(|seed| !is_there(seed, inner)));
    let both = |disk: &mut Disk, folder| {
        disk.sync_folder(folder).unwrap();
        disk.sync_folder(ROOT).unwrap();
    };
    assert!(SEEDS.clone().all(|seed| is_there(seed, both)));
}

/// Each sector of a synced file that is written over holds the old or the new; both happen, and both
/// within one file.
#[test]
fn unsynced_data_is_kept_sector_by_sector() {
    let (mut torn, mut whole, mut lost) = (0, 0, 0);
    for seed in SEEDS {
        let mut disk = Disk::default();
        let ino = disk.create(ROOT, name("file"), 0o644).unwrap();
        disk.write(ino, 0, &[1; 8192]).unwrap();
        sync_everything(&mut disk);
        disk.write(ino, 1024, &[2; 4096]).unwrap();
        let file = disk.cut(seed).0.read(ino, 0, u64::MAX).unwrap();
        let sectors = file.chunks(SECTOR_BYTES as usize);
        let new: Vec<bool> = sectors
            .map(|sector| {
                assert!(sector.iter().all(|byte| *byte == sector[0]));
                sector[0] == 2
            })
            .collect();
        assert_eq!(new.len(), 16);
        assert!(!new[0] && !new[1] && !new[10..].contains(&true));
        match new.iter().filter(|it| **it).count() {
            0 => lost += 1,
            8 => whole += 1,
            _ => torn += 1,
        }
    }
    assert!(torn > 0 && whole > 0 && lost > 0, "{torn} {whole} {lost}");
}

#[test]
fn the_same_seed_leaves_the_same() {
    let mut disk = Disk::default();
    for index in 0..20 {
        let ino = disk
            .create(ROOT, name(&format!("f{index}")), 0o644)
            .unwrap();
        disk.write(ino, 0, &[index; 2000]).unwrap();
    }
    for seed in SEEDS {
        let (one, other) = (disk.clone().cut(seed), disk.clone().cut(seed));
        assert_eq!(tree(&one.0, ROOT), tree(&other.0, ROOT));
        assert_eq!(one.1, other.1);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let mut disk = Disk::default();
    let file = disk.create(ROOT, name("file"), 0o644).unwrap();
    let folder = disk.make_folder(ROOT, name("folder"), 0o755).unwrap();
    disk.create(folder, name("inner"), 0o644).unwrap();
    assert_eq!(disk.create(ROOT, name("file"), 0o644), Err(Fault::Exists));
    assert_eq!(disk.unlink(ROOT, name("folder")), Err(Fault::IsAFolder));
    assert_eq!(
        disk.remove_folder(ROOT, name("folder")),
        Err(Fault::NotEmpty)
    );
    assert_eq!(
        disk.remove_folder(ROOT, name("file")),
        Err(Fault::NotAFolder)
    );
    assert_eq!(disk.lookup(file, name("x")), Err(Fault::NotAFolder));
    assert_eq!(disk.write(folder, 0, b"x"), Err(Fault::IsAFolder));
    assert_eq!(disk.write(99, 0, b"x"), Err(Fault::NotFound));
    assert_eq!(disk.set_len(file, u64::MAX), Err(Fault::TooLarge));
    let long = "n".repeat(256);
    assert_eq!(
        disk.create(ROOT, name(&long), 0o644),
        Err(Fault::NameTooLong)
    );
    let (from, to) = ((ROOT, name("file")), (folder, name("inner")));
    assert_eq!(disk.rename(from, to, false), Err(Fault::Exists));
}
