//! Writes that a crash cannot tear.

use std::io;
use std::io::Write as _;
use std::path::Path;

/// Replaces `path` with `bytes`, durably: after a crash the old or the new content is there, whole.
///
/// # Errors
/// Any I/O error; on one, the old or the new content is there, whole, and nothing is left beside it.
pub async fn write_atomic(path: &Path, bytes: impl Into<Vec<u8>>) -> io::Result<()> {
    write_with_mode(path, bytes.into(), 0o644).await
}

/// As [`write_atomic`], readable by the owner only: for keys and tokens.
pub async fn write_private(path: &Path, bytes: impl Into<Vec<u8>>) -> io::Result<()> {
    write_with_mode(path, bytes.into(), 0o600).await
}

async fn write_with_mode(path: &Path, bytes: Vec<u8>, mode: u32) -> io::Result<()> {
    let path = path.to_owned();
    blocking(move || {
        let folder = parent(&path)?;
        let mut file = tempfile::Builder::new()
            .prefix(".writing-")
            .tempfile_in(folder)?;
        set_mode(file.as_file(), mode)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|failed| failed.error)?;
        sync_folder_blocking(folder)
    })
    .await
}

/// Moves a finished temporary file to its place, durably. Both must be on one file system.
///
/// # Errors
/// Any I/O error; on one, the file is whole, at either place.
pub async fn persist(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move || persist_sync(&from, &to)).await
}

/// As [`persist`], for code that already runs on a blocking thread.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one door to a durable rename"
)]
pub fn persist_sync(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::File::open(from)?.sync_all()?;
    std::fs::rename(from, to)?;
    let (left, entered) = (parent(from)?, parent(to)?);
    sync_folder_blocking(entered)?;
    if left != entered {
        // Only journals move a name whole; elsewhere the file could be found in both folders.
        sync_folder_blocking(left)?;
    }
    Ok(())
}

/// Creates a folder and what is missing above it, so that a power cut cannot take its name: what is stored
/// in it is only as durable as that.
pub async fn create_folder(folder: &Path) -> io::Result<()> {
    let folder = folder.to_owned();
    blocking(move || create_folder_sync(&folder)).await
}

/// As [`create_folder`], for code that already runs on a blocking thread.
pub fn create_folder_sync(folder: &Path) -> io::Result<()> {
    let missing = folder.ancestors().take_while(|path| !path.exists()).count();
    std::fs::create_dir_all(folder)?;
    // The folder's own name is synced even if it was there: whoever made it may have died before its sync.
    for path in folder.ancestors().take(missing.max(1)) {
        match path.parent() {
            Some(above) if above.as_os_str().is_empty() => sync_folder_blocking(Path::new("."))?,
            Some(above) => sync_folder_blocking(above)?,
            None => {}
        }
    }
    Ok(())
}

/// Makes the folder's own entries durable.
pub async fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = folder.to_owned();
    blocking(move || sync_folder_blocking(&folder)).await
}

/// Makes the entries of a folder and of every folder in it durable. A store does this when it opens: a
/// process that was killed may have made names that the next one finds and builds on, and that no sync has
/// reached.
pub fn sync_folders_sync(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders_sync(&entry.path())?;
        }
    }
    sync_folder_blocking(folder)
}

/// Removes a file; a file that is not there is not an error. A power cut may bring it back: where that
/// matters, [`sync_folder`] follows.
pub async fn remove_if_there(path: &Path) -> io::Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_folder_blocking(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path has no folder"))
}

fn set_mode(file: &std::fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_replaces_the_whole_file_and_leaves_nothing_beside_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("state.json");
        write_atomic(&path, "first").await?;
        write_atomic(&path, "second").await?;
        assert_eq!(std::fs::read_to_string(&path)?, "second");
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn a_private_file_is_the_owners_alone() -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("token");
        write_private(&path, "secret").await?;
        assert_eq!(
            std::fs::metadata(&path)?.permissions().mode() & 0o777,
            0o600
        );
        Ok(())
    }

    #[tokio::test]
    async fn a_folder_is_created_with_what_is_missing_above_it() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let deep = folder.path().join("one/two/three");
        create_folder(&deep).await?;
        create_folder(&deep).await?;
        assert!(deep.is_dir());
        std::fs::write(deep.join("file"), "")?;
        assert!(create_folder(&deep.join("file")).await.is_err());
        Ok(())
    }

    #[test]
    fn folders_are_synced_all_the_way_down() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir_all(folder.path().join("one/two"))?;
        std::fs::write(folder.path().join("one/file"), "")?;
        sync_folders_sync(folder.path())?;
        assert!(sync_folders_sync(&folder.path().join("nothing")).is_err());
        Ok(())
    }

    #[tokio::test]
    async fn a_file_moves_between_folders() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (from, to) = (folder.path().join("a"), folder.path().join("inner/b"));
        create_folder(&folder.path().join("inner")).await?;
        std::fs::write(&from, "whole")?;
        persist(&from, &to).await?;
        assert_eq!(std::fs::read_to_string(&to)?, "whole");
        assert!(!from.exists());
        Ok(())
    }

    #[tokio::test]
    async fn removing_what_is_not_there_is_fine() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        remove_if_there(&folder.path().join("nothing")).await
    }
}
