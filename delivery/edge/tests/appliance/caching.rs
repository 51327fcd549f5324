//! What stays on disk, what goes, and what a restart finds.

use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use axum::http::StatusCode;
use contracts_delivery::{Extension, UpstreamError};

use crate::bed::{Bed, MIB, film};
use crate::upstream::{Mode, Synthetic};

#[tokio::test]
async fn stored_blocks_are_served_after_a_restart_with_everything_else_down() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(2, 9);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    wait_until_kept(&bed, 3).await;
    let bed = bed.restart().await;
    bed.upstream.set(Mode::Failing(UpstreamError::Down));
    bed.control.go_down();
    let reads = bed.upstream.reads_of(file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert_eq!(bed.upstream.reads_of(file), reads);
}

#[tokio::test]
async fn a_block_damaged_on_disk_is_filled_again_and_not_served() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(2, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    wait_until_kept(&bed, 2).await;
    let stored = data_file(&bed, file);
    let mut damaged = std::fs::read(&stored).unwrap();
    damaged[MIB as usize + 3] ^= 0x40;
    std::fs::write(&stored, damaged).unwrap();
    let bed = bed.restart().await;
    let reads = bed.upstream.reads_of(file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert_eq!(
        bed.upstream.reads_of(file),
        reads + 1,
        "the damaged block and no other"
    );
}

#[tokio::test]
async fn a_block_that_changes_on_disk_while_it_is_served_is_found_and_filled_again() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(3, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    wait_until_kept(&bed, 3).await;
    assert_eq!(bed.appliance.scrub().await.damaged, 0);
    let stored = std::fs::OpenOptions::new()
        .write(true)
        .open(data_file(&bed, file))
        .unwrap();
    stored
        .write_all_at(&[bytes[MIB as usize] ^ 1], MIB)
        .unwrap();
    let reads = bed.upstream.reads_of(file);
    let found = bed.appliance.scrub().await;
    assert_eq!(
        (found.blocks, found.damaged),
        (4, 1),
        "the film and its release"
    );
    assert_eq!(bed.upstream.reads_of(file), reads + 1);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert_eq!(bed.metric("marquee_edge_damaged_blocks_total"), 1);
    assert_eq!(bed.appliance.scrub().await.damaged, 0);
}

#[tokio::test]
async fn the_cache_keeps_to_its_capacity() {
    let bed = Bed::sized(Synthetic::new(), 3 * MIB).await;
    for number in 0..6_u8 {
        let mut bytes = film(1, 0);
        bytes[0] = number;
        let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
        let path = bed.path_for(bed.release_of(file), file, number);
        assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    }
    assert!(bed.metric("marquee_edge_cached_bytes") <= 3 * MIB);
    assert!(bed.metric("marquee_edge_evicted_files_total") >= 3);
}

#[tokio::test]
async fn a_film_larger_than_the_cache_passes_through() {
    let bed = Bed::sized(Synthetic::new(), 2 * MIB).await;
    let bytes = film(5, 1);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert!(bed.metric("marquee_edge_unstored_blocks_total") > 0);
    assert!(bed.metric("marquee_edge_cached_bytes") <= 2 * MIB);
}

#[tokio::test]
async fn without_a_cache_nothing_touches_the_disk() {
    let bed = Bed::sized(Synthetic::new(), 0).await;
    let bytes = film(2, 1);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    assert!(!bed.config.folder.exists());
}

#[tokio::test]
async fn a_full_or_broken_disk_does_not_stop_the_film() {
    let bed = Bed::new(Synthetic::new()).await;
    // A file where the shards' folders should be: nothing can be created.
    std::fs::remove_dir_all(&bed.config.folder).unwrap();
    std::fs::write(&bed.config.folder, "in the way").unwrap();
    let bytes = film(2, 1);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
}

#[tokio::test]
async fn a_withdrawn_file_is_gone_after_the_next_report_and_stays_gone() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(2, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let release = bed.release_of(file);
    let path = bed.path(release, file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    let stored = data_file(&bed, file);
    assert!(stored.exists());
    bed.control.withdraw(file.name.hash);
    bed.control.withdraw(release.0);
    assert_eq!(bed.appliance.report().await, Ok(2));
    assert!(!stored.exists());
    bed.upstream.set(Mode::Failing(UpstreamError::NotFound));
    assert_eq!(bed.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
    let bed = bed.restart().await;
    bed.appliance.report().await.unwrap();
    assert_eq!(bed.control.reports.lock().last().unwrap().withdrawn_seq, 2);
    assert_eq!(bed.get(&path, &[]).await.status, StatusCode::NOT_FOUND);
}

fn data_file(bed: &Bed, file: contracts_delivery::StoredFile) -> PathBuf {
    let name = file.name.hash.to_string();
    bed.config
        .folder
        .join(&name[..2])
        .join(format!("{name}.data"))
}

/// Until so many blocks of the largest file are recorded on disk, which happens after they were sent.
async fn wait_until_kept(bed: &Bed, blocks: u32) {
    loop {
        let sidecars = walk(&bed.config.folder)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "blocks"));
        // The header is 16 bytes; the bits of files of at most 8 blocks are the one after.
        let bits = sidecars.filter_map(|path| std::fs::read(path).ok()?.get(16).copied());
        let most = bits.map(u8::count_ones).max().unwrap_or(0);
        let releases_too = walk(&bed.config.folder).len() >= 5;
        if most >= blocks && releases_too && all_marked(bed) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Every file has at least one recorded block.
fn all_marked(bed: &Bed) -> bool {
    let sidecars = walk(&bed.config.folder);
    sidecars
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "blocks"))
        .all(|path| std::fs::read(path).is_ok_and(|text| text[16] != 0))
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
