//! Files on disk as the box reader wants them.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use media_isobmff::ReadAt;

/// Files of which one is open at a time: a film has more chunks than a process may open files, and
/// they are read one after another.
pub(crate) struct FileSet {
    paths: Vec<PathBuf>,
    open: RefCell<Option<(usize, File)>>,
}

impl FileSet {
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        Self {
            paths: paths.to_vec(),
            open: RefCell::new(None),
        }
    }

    pub(crate) fn members(&self) -> Vec<Member<'_>> {
        (0..self.paths.len())
            .map(|index| Member { set: self, index })
            .collect()
    }
}

/// One file of a set.
pub(crate) struct Member<'a> {
    set: &'a FileSet,
    index: usize,
}

impl Member<'_> {
    fn with<T>(&self, read: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        let mut open = self.set.open.borrow_mut();
        if open.as_ref().is_none_or(|(index, _)| *index != self.index) {
            *open = Some((self.index, File::open(&self.set.paths[self.index])?));
        }
        let (_, file) = open.as_ref().expect("a file was opened on the line above");
        read(file)
    }
}

impl ReadAt for Member<'_> {
    fn size(&self) -> io::Result<u64> {
        self.with(|file| Ok(file.metadata()?.len()))
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.with(|file| file.read_exact_at(buffer, offset))
    }
}

/// Runs blocking work off the asynchronous threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
