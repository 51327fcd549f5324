//! A release's files, each with how much of it a view is expected to be sent.

use contracts_delivery::{Release, StoredFile};
use data_objects::ContentHash;

/// A file, and what a view takes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) file: ContentHash,
    pub(crate) bytes: u64,
    /// The part of its bytes that the mean view is sent.
    pub(crate) sent: f64,
}

/// Which rendition a view takes nobody knows before: each has its part of the views. Small files are taken whole.
pub(crate) fn parts(release: &Release) -> Vec<Part> {
    let part = |file: StoredFile, sent: f64| Part {
        file: file.name.hash,
        bytes: file.bytes,
        sent,
    };
    let one_of = |count: usize| 1.0 / count.max(1) as f64;
    let (video, audio) = (one_of(release.video.len()), one_of(release.audio.len()));
    let video = release
        .video
        .iter()
        .flat_map(|it| [part(it.file, video), part(it.playlist, video)]);
    let audio = release
        .audio
        .iter()
        .flat_map(|it| [part(it.file, audio), part(it.playlist, audio)]);
    let large: Vec<Part> = video.chain(audio).collect();
    let named: std::collections::HashSet<ContentHash> =
        large.iter().map(|part| part.file).collect();
    let downloads: std::collections::HashSet<ContentHash> = release
        .downloads
        .iter()
        .map(|it| it.file.name.hash)
        .collect();
    let others = release
        .files()
        .filter(|file| !named.contains(&file.name.hash));
    let small = others
        .filter(|file| !downloads.contains(&file.name.hash))
        .map(|file| part(file, 1.0));
    large.iter().copied().chain(small).collect()
}
