//! Stores of every format this version reads, kept as they were written, and what is found in them.
//!
//! `cargo test -p data-engine --test formats -- --ignored` writes them anew; a format that was released is
//! never written again, as this version no longer writes it as the old one did.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose kept store cannot be handled has failed"
)]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use data_engine::{
    CasTable, Durability, Engine as _, EngineError, FjallEngine, Mutation, Range, RowTable,
    SharedEngine, Stamp, TableKind,
};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use platform_clock::{ManualClock, Timestamp};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Partition, item, value.
const ROWS: [(&[u8], &[u8], &[u8]); 5] = [
    (b"", b"", b""),
    (b"films", b"a", b"1"),
    (b"films", b"b", b"2"),
    (b"zero\0inside", b"\0", b"3"),
    (b"zero\0inside\0", b"i", b"4"),
];

fn fixture(format: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    folder.join(format!("{format}.store"))
}

/// A folder as one file: of each entry its kind, its path, its length and its bytes without the zeros at the
/// end, each number as 4 bytes. Journals are 64 MiB of which little is used.
fn pack(folder: &Path) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(next).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            let bytes = if path.is_dir() {
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            let used = bytes
                .iter()
                .rposition(|byte| *byte != 0)
                .map_or(0, |last| last + 1);
            packed.push(u8::from(path.is_dir()));
            for number in [name.len(), bytes.len(), used] {
                packed.extend(u32::try_from(number).unwrap().to_be_bytes());
            }
            packed.extend(name.as_bytes());
            packed.extend(&bytes[..used]);
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    packed
}

fn unpack(format: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let packed = fs::read(fixture(format)).unwrap();
    let mut rest = &packed[..];
    let mut is_folder = [0];
    while rest.read(&mut is_folder).unwrap() == 1 {
        let [name, whole, used] = [(); 3].map(|()| {
            let mut number = [0; 4];
            rest.read_exact(&mut number).unwrap();
            u32::from_be_bytes(number) as usize
        });
        let (entry, after) = rest.split_at(name + used);
        rest = after;
        let path = folder.path().join(str::from_utf8(&entry[..name]).unwrap());
        if is_folder == [1] {
            fs::create_dir(path).unwrap();
            continue;
        }
        let mut file = fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, &entry[name..]).unwrap();
        file.set_len(whole as u64).unwrap();
    }
    folder
}

/// Format 1: the partition with its zero bytes doubled, its end, the item; the value as it is.
fn write_format_1(folder: &Path) {
    let database = Database::builder(folder).open().unwrap();
    let meta = open(&database, "marquee");
    meta.insert("format-version", 1_u32.to_be_bytes()).unwrap();
    meta.insert("kind/rows", "last-write-wins").unwrap();
    meta.insert("kind/swaps", "compare-and-set").unwrap();
    for table in ["table.rows", "table.swaps"] {
        write_format_1_rows(&open(&database, table));
    }
    database.persist(PersistMode::SyncAll).unwrap();
}

fn write_format_1_rows(rows: &Keyspace) {
    for (partition, item, value) in ROWS {
        let mut key = Vec::new();
        for byte in partition {
            key.push(*byte);
            if *byte == 0 {
                key.push(0xff);
            }
        }
        key.extend([0, 0]);
        key.extend(item);
        rows.insert(key, value).unwrap();
    }
}

fn open(database: &Database, keyspace: &str) -> Keyspace {
    database
        .keyspace(keyspace, KeyspaceCreateOptions::default)
        .unwrap()
}

/// Formats 2 and 3: everything a last-write-wins table can hold, beside the rows of format 1. Format 3 has the
/// same rows, and a horizon of stamps.
async fn write_this_format(folder: &Path) -> Result<(), EngineError> {
    let engine = FjallEngine::open_on(folder, ManualClock::at(START)).await?;
    let stamp = Stamp::at(START);
    let put = |item: &[u8], value: &[u8]| {
        Mutation::put(Bytes::copy_from_slice(item), Bytes::copy_from_slice(value))
    };
    engine.open("rows", TableKind::LastWriteWins).await?;
    engine.open("swaps", TableKind::CompareAndSet).await?;
    for (partition, item, value) in ROWS {
        let mutations = vec![put(item, value)];
        engine
            .write("rows", partition, mutations, stamp, Durability::Power)
            .await?;
        let changes = vec![data_engine::Change::put(item, value)];
        let swapped = engine.write_if("swaps", partition, item, None, changes, Durability::Power);
        assert!(swapped.await?);
    }
    let items = ["a", "b", "c", "d"];
    let filled = items.map(|item| put(item.as_bytes(), b"deleted")).to_vec();
    engine
        .write("rows", b"deleted", filled, stamp, Durability::Power)
        .await?;
    let expires = Some(START.plus(Duration::from_hours(1)));
    let mutations = vec![
        Mutation::delete("a"),
        Mutation::delete_range(Range {
            from: Some("b".into()),
            until: Some("d".into()),
            ..Range::all()
        }),
        Mutation::Put {
            item: "d".into(),
            value: "expires".into(),
            expires,
        },
    ];
    let later = Stamp(stamp.0 + 10);
    engine
        .write("rows", b"deleted", mutations, later, Durability::Power)
        .await
}

#[tokio::test]
#[ignore = "writes the stores that the other tests open"]
async fn write_the_kept_stores() {
    for format in [1, 2, 3] {
        if fixture(format).exists() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        match format {
            1 => write_format_1(folder.path()),
            2 => panic!("no version writes format 2 any more"),
            _ => write_this_format(folder.path()).await.unwrap(),
        }
        let packed = pack(folder.path());
        platform_files::write_atomic(&fixture(format), packed)
            .await
            .unwrap();
    }
}

async fn check_rows(engine: &SharedEngine) -> Result<(), EngineError> {
    let rows = RowTable::open(engine, "rows").await?;
    let swaps = CasTable::open(engine, "swaps").await?;
    for (partition, item, value) in ROWS {
        assert_eq!(rows.get(partition, item).await?.as_deref(), Some(value));
        assert_eq!(swaps.get(partition, item).await?.as_deref(), Some(value));
    }
    assert_eq!(swaps.partitions(None, 10).await?.len(), 4, "and no others");
    let films = rows.all("films").await?.into_iter().map(|item| item.key);
    assert!(films.eq(["a", "b"]), "items in their order");
    let wrong = CasTable::open(engine, "rows").await;
    assert!(matches!(wrong, Err(EngineError::WrongKind { .. })));
    Ok(())
}

#[tokio::test]
async fn a_store_of_format_1_is_brought_to_this_one() -> Result<(), EngineError> {
    let folder = unpack(1);
    for _ in 0..2 {
        let engine = FjallEngine::open_shared(folder.path()).await?;
        check_rows(&engine).await?;
    }
    let engine = FjallEngine::open_shared(folder.path()).await?;
    let rows = RowTable::open(&engine, "rows").await?;
    rows.put("films", "a", "new", Durability::Power).await?;
    assert_eq!(
        rows.get("films", "a").await?,
        Some("new".into()),
        "any write is newer"
    );
    rows.write(
        "films",
        vec![Mutation::delete_range(Range::all())],
        Durability::Power,
    )
    .await?;
    assert_eq!(rows.all("films").await?, []);
    Ok(())
}

#[tokio::test]
async fn a_migration_that_was_cut_short_begins_again() -> Result<(), EngineError> {
    let folder = unpack(1);
    drop(FjallEngine::open(folder.path()).await?);
    {
        // As if it had ended when one table was copied and its old rows were not yet deleted.
        let database = Database::builder(folder.path()).open().unwrap();
        open(&database, "marquee")
            .insert("format-version", 1_u32.to_be_bytes())
            .unwrap();
        write_format_1_rows(&open(&database, "table.swaps"));
        database.persist(PersistMode::SyncAll).unwrap();
    }
    let engine = FjallEngine::open_shared(folder.path()).await?;
    check_rows(&engine).await?;
    drop(engine);
    let database = Database::builder(folder.path()).open().unwrap();
    assert!(
        !database.keyspace_exists("table.swaps"),
        "the old rows are gone"
    );
    let version = open(&database, "marquee").get("format-version").unwrap();
    assert_eq!(version.as_deref(), Some(&3_u32.to_be_bytes()[..]));
    Ok(())
}

#[tokio::test]
async fn a_store_of_format_2_is_brought_to_this_one() -> Result<(), EngineError> {
    check_everything(2).await
}

#[tokio::test]
async fn a_store_of_format_3_is_read() -> Result<(), EngineError> {
    check_everything(3).await
}

async fn check_everything(format: u32) -> Result<(), EngineError> {
    let folder = unpack(format);
    let clock = ManualClock::at(START);
    let engine = FjallEngine::open_on(folder.path(), clock.clone()).await?;
    let engine: SharedEngine = std::sync::Arc::new(engine);
    check_rows(&engine).await?;
    let rows = RowTable::open(&engine, "rows").await?;
    let left = rows.all("deleted").await?;
    let left: Vec<_> = left
        .iter()
        .map(|item| (&*item.key, &*item.value, item.stamp))
        .collect();
    assert_eq!(
        left,
        [(&b"d"[..], &b"expires"[..], Stamp(Stamp::at(START).0 + 10))]
    );
    let late = vec![Mutation::put("a", "late"), Mutation::put("b", "late")];
    rows.write_at(
        "deleted",
        late,
        Stamp(Stamp::at(START).0 + 5),
        Durability::Power,
    )
    .await?;
    assert_eq!(
        rows.all("deleted").await?.len(),
        1,
        "deletions outlive older writes"
    );
    clock.advance(Duration::from_hours(1));
    assert_eq!(rows.all("deleted").await?, [], "and what expires does");
    Ok(())
}
