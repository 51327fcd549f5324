//! Writes that a crash cannot tear.

use std::io;
use std::io::Write as _;
use std::path::Path;

/// Replaces `path` with `bytes`, durably: after a crash the old or the new content is there, whole.
///
/// # Errors
/// Any I/O error; on one, the old content is untouched and nothing is left beside it.
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
/// Any I/O error; on one, `from` is still there.
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
    sync_folder_blocking(parent(to)?)
}

/// Makes the folder's own entries durable.
pub async fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = folder.to_owned();
    blocking(move || sync_folder_blocking(&folder)).await
}

/// Removes a file; a file that is not there is not an error.
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
    async fn removing_what_is_not_there_is_fine() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        remove_if_there(&folder.path().join("nothing")).await
    }
}
