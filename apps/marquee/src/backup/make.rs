//! Making a backup.

use std::fs::{self, File};
use std::io::BufWriter;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use data_engine::FjallEngine;
use delivery_origin::OriginStore;
use platform_clock::Clock;

use super::copy::{self, Hashing};
use super::{CACHES, EVENTS, FILES, FORMAT, MANIFEST, Manifest, ROWS, STORE};

/// What a backup is made of.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) store: Arc<FjallEngine>,
    pub(crate) origin: OriginStore,
    /// The data folder.
    pub(crate) data: PathBuf,
}

/// Makes a backup in a folder that is not there yet, or is empty.
pub(crate) async fn make(sources: &Sources, to: &Path, clock: &dyn Clock) -> Result<Manifest> {
    check(to, &sources.data)?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)
        .with_context(|| format!("cannot make {}", to.display()))?;
    let made_at = clock.now().millis();
    // Before the rows are read: what they name must still be there when it is copied.
    let _held = sources.origin.hold_removals().await;
    let dump = File::create_new(to.join(ROWS)).context("cannot write the rows")?;
    let (dump, rows) = sources
        .store
        .dump(Hashing::new(BufWriter::new(dump)))
        .await
        .context("cannot write the rows")?;
    let (dump, dumped) = dump.finish(PathBuf::from(ROWS));
    let (data, folder) = (sources.data.clone(), to.to_owned());
    let copying = tokio::task::spawn_blocking(move || {
        dump.into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all())
            .context("cannot write the rows")?;
        copy_files(&data, &folder.join(FILES))
    });
    let manifest = Manifest {
        format: FORMAT,
        made_at,
        rows,
        dump: dumped,
        files: copying.await??,
    };
    platform_files::write_atomic(&to.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)
        .await
        .context("cannot finish the backup")?;
    Ok(manifest)
}

fn check(to: &Path, data: &Path) -> Result<()> {
    ensure!(
        to.is_absolute(),
        "name the backup's folder from the root on: {} is not",
        to.display()
    );
    ensure!(
        !to.starts_with(data),
        "a backup inside the data folder would copy itself; choose a folder elsewhere"
    );
    if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; choose a new folder", to.display());
    }
    Ok(())
}

/// Events first: they name what the other folders hold.
fn copy_files(data: &Path, to: &Path) -> Result<Vec<super::Copied>> {
    let mut copied = Vec::new();
    copy::tree(data, Path::new(EVENTS), to, &mut copied)?;
    for entry in fs::read_dir(data).context("cannot list the data folder")? {
        let name = entry?.file_name();
        if name == STORE || name == CACHES || name == EVENTS {
            continue;
        }
        let path = PathBuf::from(&name);
        if data.join(&path).is_dir() {
            copy::tree(data, &path, to, &mut copied)?;
        } else {
            copied.extend(copy::file(&data.join(&path), &to.join(&path), path)?);
        }
    }
    platform_files::sync_folders_sync(to).context("cannot sync the backup")?;
    Ok(copied)
}
