//! Restoring a backup.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::path::{Component, Path};

use anyhow::{Context as _, Result, bail, ensure};
use data_engine::FjallEngine;

use super::{FILES, FORMAT, MANIFEST, Manifest, ROWS, STORE, copy};

/// Makes a data folder of a backup. The folder must not be there yet, or be empty; when something fails
/// there is no new folder.
pub(crate) async fn restore(from: &Path, data: &Path) -> Result<Manifest> {
    if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{} is not empty; name a new data folder with --data",
            data.display()
        );
    }
    let manifest = read(from)?;
    let partial = data.with_extension("restoring");
    remove(&partial)?;
    let restored = fill(from, &manifest, &partial).await;
    if let Err(error) = restored {
        remove(&partial)?;
        return Err(error);
    }
    // An empty folder gives way to the restored one.
    if let Err(error) = fs::remove_dir(data)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error).with_context(|| format!("cannot replace {}", data.display()));
    }
    platform_files::persist(&partial, data)
        .await
        .with_context(|| format!("cannot name {}", data.display()))?;
    Ok(manifest)
}

fn read(from: &Path) -> Result<Manifest> {
    let path = from.join(MANIFEST);
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "{} is no finished backup: it has no {MANIFEST}",
            from.display()
        )
    })?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(
        manifest.format <= FORMAT,
        "the backup has form {}, and this marquee reads up to {FORMAT}; use the version that made it",
        manifest.format
    );
    for file in &manifest.files {
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        ensure!(
            file.path.components().all(is_plain),
            "the backup names {}, which lies outside it",
            file.path.display()
        );
    }
    Ok(manifest)
}

async fn fill(from: &Path, manifest: &Manifest, to: &Path) -> Result<()> {
    copy::verify(from, &manifest.dump)?;
    for file in &manifest.files {
        copy::verify(&from.join(FILES), file)?;
        let source = from.join(FILES).join(&file.path);
        let copied = copy::file(&source, &to.join(&file.path), file.path.clone())?;
        ensure!(
            copied.as_ref() == Some(file),
            "{} changed while it was restored; try again",
            file.path.display()
        );
    }
    let engine = FjallEngine::open_shared(to.join(STORE)).await?;
    let dump = File::open(from.join(ROWS)).context("cannot read the rows")?;
    let restored = data_engine::dump::restore(&engine, BufReader::new(dump)).await?;
    ensure!(
        restored.rows == manifest.rows,
        "the backup holds {} rows and names {}; use another",
        restored.rows,
        manifest.rows
    );
    platform_files::sync_folders_sync(to).context("cannot sync what was restored")?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
