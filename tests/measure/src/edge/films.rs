//! The files that are served, named by their hashes, in the folder that nginx serves and the appliance fills from.

use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use contracts_delivery::testing::release;
use contracts_delivery::{Extension, FileName, ReleaseId, StoredFile};
use data_objects::ContentHash;
use rustix::fs::{Advice, fadvise};

use crate::limits::{
    COLD_FILES, LARGE_BYTES, LARGE_FILES, MIDDLE_BYTES, MIDDLE_FILES, SMALL_BYTES, SMALL_FILES,
};

/// Names of files by what they are asked for.
pub(super) struct Films {
    pub(super) large: Vec<String>,
    pub(super) middle: Vec<String>,
    pub(super) small: Vec<String>,
    pub(super) cold: Vec<String>,
}

/// The file that says which release the others belong to.
const RELEASE: &str = "release";

impl Films {
    pub(super) fn make(folder: &Path) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        let mut set = |count: u64, bytes: usize, seed: u64| {
            let files = (0..count).map(|number| write(folder, &content(bytes, seed + number)));
            let files: Vec<StoredFile> = files.collect::<anyhow::Result<_>>()?;
            all.extend(&files);
            anyhow::Ok(files.iter().map(|file| file.name.to_string()).collect())
        };
        let films = Self {
            large: set(LARGE_FILES, LARGE_BYTES, 0)?,
            middle: set(MIDDLE_FILES, MIDDLE_BYTES, 30_000)?,
            small: set(SMALL_FILES, SMALL_BYTES, 10_000)?,
            cold: set(COLD_FILES, LARGE_BYTES, 20_000)?,
        };
        let text = serde_json::to_vec(&release(all.iter().map(|file| (*file, *file))))?;
        let hash = ContentHash::of(&text);
        let name = FileName {
            hash,
            extension: Extension::Json,
        };
        fs::write(folder.join(name.to_string()), text)?;
        fs::write(folder.join(RELEASE), hash.to_string())?;
        Ok(films)
    }
}

/// The release in a folder.
pub(super) fn release_in(folder: &Path) -> anyhow::Result<ReleaseId> {
    let text = fs::read_to_string(folder.join(RELEASE)).context("no release was made yet")?;
    Ok(ReleaseId(text.parse()?))
}

/// Lets go of what the page cache holds of the files below a folder.
pub(super) fn forget(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            forget(&path)?;
        } else {
            let file = File::open(&path)?;
            // What is not on the disk yet would stay.
            file.sync_data()?;
            fadvise(&file, 0, None, Advice::DontNeed)?;
        }
    }
    Ok(())
}

fn write(folder: &Path, content: &[u8]) -> anyhow::Result<StoredFile> {
    let name = FileName {
        hash: ContentHash::of(content),
        extension: Extension::Mp4,
    };
    fs::write(folder.join(name.to_string()), content)?;
    Ok(StoredFile {
        name,
        bytes: content.len() as u64,
    })
}

fn content(bytes: usize, seed: u64) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new()
        .update(&seed.to_be_bytes())
        .finalize_xof()
        .fill(&mut out);
    out
}
