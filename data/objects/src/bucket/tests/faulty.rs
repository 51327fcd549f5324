//! A bucket in memory whose server fails or lies in one way.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};
use parking_lot::Mutex;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// The part of this number is refused.
    Part(usize),
    /// The upload cannot be completed.
    Complete,
    /// One byte of every object is stored wrong.
    Flip,
    /// The last byte of every object is not stored.
    Truncate,
    /// Conditions of a put are ignored.
    NoConditions,
    /// A conditional put happens, and its repetition is refused.
    LostAnswer,
}

#[derive(Debug)]
pub(super) struct Faulty {
    store: InMemory,
    fault: Arc<Mutex<Fault>>,
    aborted: Arc<AtomicUsize>,
}

impl Faulty {
    pub(super) fn new(fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            store: InMemory::new(),
            fault: Arc::new(Mutex::new(fault)),
            aborted: Arc::default(),
        })
    }

    pub(super) fn mend(&self) {
        *self.fault.lock() = Fault::None;
    }

    pub(super) fn aborted(&self) -> usize {
        self.aborted.load(Ordering::SeqCst)
    }
}

fn broken() -> Error {
    Error::Generic {
        store: "faulty",
        source: "connection reset".into(),
    }
}

fn wrong(fault: Fault, data: &PutPayload) -> PutPayload {
    let mut bytes: Vec<u8> = data.iter().flatten().copied().collect();
    match fault {
        Fault::Flip => bytes[0] ^= 1,
        Fault::Truncate => drop(bytes.pop()),
        _ => {}
    }
    bytes.into()
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a faulty bucket")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        let fault = *self.fault.lock();
        let lies = matches!(fault, Fault::Flip | Fault::Truncate);
        let payload = if lies && location.as_ref().contains("objects/") {
            wrong(fault, &payload)
        } else {
            payload
        };
        if fault == Fault::NoConditions {
            options.mode = PutMode::Overwrite;
        }
        let pointer = location.as_ref().contains("pointers/");
        if fault == Fault::LostAnswer && pointer {
            let again = (payload.clone(), options.clone());
            self.store.put_opts(location, payload, options).await?;
            return self.store.put_opts(location, again.0, again.1).await;
        }
        self.store.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(FaultyUpload {
            upload: self.store.put_multipart_opts(location, options).await?,
            fault: Arc::clone(&self.fault),
            aborted: Arc::clone(&self.aborted),
            parts: 0,
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    upload: Box<dyn MultipartUpload>,
    fault: Arc<Mutex<Fault>>,
    aborted: Arc<AtomicUsize>,
    parts: usize,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let fault = *self.fault.lock();
        let part = self.parts;
        self.parts += 1;
        match fault {
            Fault::Part(number) if number == part => Box::pin(async { Err(broken()) }),
            Fault::Flip | Fault::Truncate => self.upload.put_part(wrong(fault, &data)),
            _ => self.upload.put_part(data),
        }
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if *self.fault.lock() == Fault::Complete {
            return Err(broken());
        }
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.aborted.fetch_add(1, Ordering::SeqCst);
        self.upload.abort().await
    }
}
