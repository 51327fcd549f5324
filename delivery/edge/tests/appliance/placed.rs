//! Files that the control plane wants kept.

use std::time::Duration;

use contracts_delivery::{Extension, HeldFiles, Placement, StoredFile};

use crate::bed::{Bed, MIB, film};
use crate::upstream::Synthetic;

/// A file of two blocks and a bit.
fn add(bed: &Bed, number: u8) -> StoredFile {
    let mut bytes = film(2, 5);
    bytes[0] = number;
    bed.upstream.add(bytes, Extension::Mp4)
}

/// Has the files placed, as of the next report.
async fn place(bed: &Bed, files: &[StoredFile]) {
    let files = files.iter().map(|file| file.name.hash).collect();
    *bed.control.placement.lock() = Some(Placement { mark: 7, files });
    bed.appliance.report().await.unwrap();
}

/// What the next report tells of files.
async fn news(bed: &Bed) -> HeldFiles {
    bed.appliance.report().await.unwrap();
    let reports = bed.control.reports.lock();
    reports.last().unwrap().held.clone()
}

#[tokio::test]
async fn placed_files_are_fetched_at_night_and_told_of_once() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = add(&bed, 1);
    place(&bed, &[file]).await;
    bed.appliance.fetch_placed().await;
    assert_eq!(
        bed.upstream.reads_of(file),
        0,
        "it is a quarter past midnight"
    );
    bed.clock.advance(Duration::from_hours(2));
    bed.appliance.fetch_placed().await;
    assert_eq!(bed.upstream.reads_of(file), 3);
    let told = news(&bed).await;
    assert_eq!(
        (told.all, told.added, told.removed),
        (false, vec![file.name.hash], vec![])
    );
    assert_eq!(news(&bed).await, HeldFiles::default());
    assert_eq!(bed.control.reports.lock().last().unwrap().placement, 7);
    bed.appliance.fetch_placed().await;
    assert_eq!(bed.upstream.reads_of(file), 3, "it is there");
}

#[tokio::test]
async fn what_was_placed_stays_and_what_is_watched_beside_it_goes() {
    let bed = Bed::sized(Synthetic::new(), 5 * MIB).await;
    bed.clock.advance(Duration::from_mins(1));
    let placed = add(&bed, 1);
    place(&bed, &[placed]).await;
    let watched: Vec<StoredFile> = (2..6).map(|number| add(&bed, number)).collect();
    for (play, file) in (1..).zip(&watched) {
        let path = bed.path_for(bed.release_of(*file), *file, play);
        assert_eq!(bed.get(&path, &[]).await.bytes.len() as u64, file.bytes);
    }
    bed.clock.advance(Duration::from_hours(2));
    bed.appliance.fetch_placed().await;
    assert!(news(&bed).await.added.contains(&placed.name.hash));
    let bed = bed.restart().await;
    let told = news(&bed).await;
    assert!(
        told.all && told.added.contains(&placed.name.hash),
        "the disk is looked through"
    );
}

#[tokio::test]
async fn a_fill_cut_half_way_goes_on_where_it_was() {
    let bed = Bed::new(Synthetic::new()).await;
    bed.clock.advance(Duration::from_hours(2));
    let file = add(&bed, 1);
    bed.upstream.spoil(2);
    place(&bed, &[file]).await;
    bed.appliance.fetch_placed().await;
    assert!(news(&bed).await.added.is_empty());
    let before = bed.upstream.reads_of(file);
    bed.upstream.spoil(u64::MAX);
    bed.clock.advance(Duration::from_secs(1));
    bed.appliance.fetch_placed().await;
    assert_eq!(
        bed.upstream.reads_of(file),
        before + 1,
        "the missing block and no other"
    );
    assert_eq!(news(&bed).await.added, [file.name.hash]);
}
