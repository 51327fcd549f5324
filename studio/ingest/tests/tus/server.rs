//! A folder of uploads and requests to it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use platform_clock::{ManualClock, SharedClock, Timestamp};
use platform_entropy::SystemEntropy;
use studio_ingest::{PATH, UploadLimits, Uploads, router};
use tower::ServiceExt as _;

/// Uploads in a temporary folder, with a clock that stands still.
pub(crate) struct Server {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) uploads: Arc<Uploads>,
}

pub(crate) const LIMITS: UploadLimits = UploadLimits {
    max_bytes: 1 << 30,
    lifetime: std::time::Duration::from_hours(1),
    reserve: 0,
    max_uploads: 8,
    max_transfers: 4,
};

impl Server {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let clock = ManualClock::at(Timestamp::from_millis(1_000_000));
        let uploads = open(&folder, &clock, LIMITS).await;
        Self {
            folder,
            clock,
            uploads,
        }
    }

    /// The same folder in a new process, as after a crash.
    pub(crate) async fn restart(self, limits: UploadLimits) -> Self {
        drop(self.uploads);
        let uploads = open(&self.folder, &self.clock, limits).await;
        Self { uploads, ..self }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response<Body> {
        send(&self.uploads, method, path, headers, body.into()).await
    }

    /// Creates an upload and returns its path.
    pub(crate) async fn create(&self, length: u64, metadata: &str) -> String {
        let length = length.to_string();
        let headers = [
            ("upload-length", length.as_str()),
            ("upload-metadata", metadata),
        ];
        let created = self.send("POST", "", &headers, "").await;
        assert_eq!(created.status(), StatusCode::CREATED);
        let location = created.headers()["location"]
            .to_str()
            .expect("a location is text");
        location
            .strip_prefix(PATH)
            .expect("it is below the mount")
            .to_owned()
    }

    pub(crate) async fn patch(&self, path: &str, at: u64, body: impl Into<Body>) -> StatusCode {
        self.patch_with(path, at, &[], body).await.status()
    }

    pub(crate) async fn patch_with(
        &self,
        path: &str,
        at: u64,
        more: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response<Body> {
        let at = at.to_string();
        let mut headers = vec![
            ("upload-offset", at.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        headers.extend_from_slice(more);
        self.send("PATCH", path, &headers, body).await
    }

    /// The offset that HEAD tells.
    pub(crate) async fn offset(&self, path: &str) -> u64 {
        let told = self.send("HEAD", path, &[], "").await;
        assert_eq!(told.status(), StatusCode::OK);
        let offset = told.headers()["upload-offset"]
            .to_str()
            .expect("an offset is text");
        offset.parse().expect("an offset is a number")
    }

    /// Names of the files in the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is there");
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

pub(crate) async fn send(
    uploads: &Arc<Uploads>,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Response<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("{PATH}{path}"))
        .header("tus-resumable", "1.0.0");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body).expect("the test's headers are valid");
    let app = axum::Router::new().nest(PATH, router(Arc::clone(uploads)));
    app.oneshot(request)
        .await
        .unwrap_or_else(|never| match never {})
}

async fn open(
    folder: &tempfile::TempDir,
    clock: &Arc<ManualClock>,
    limits: UploadLimits,
) -> Arc<Uploads> {
    let clock: SharedClock = Arc::<ManualClock>::clone(clock);
    let opened = Uploads::open(folder.path(), clock, SystemEntropy::shared(), limits).await;
    opened.expect("the folder can be opened")
}

pub(crate) fn id(path: &str) -> &str {
    path.trim_start_matches('/')
}

pub(crate) fn metadata(filename: &str, fingerprint: Option<&str>) -> String {
    let filename = format!("filename {}", STANDARD.encode(filename));
    match fingerprint {
        Some(hash) => format!("{filename},fingerprint {}", STANDARD.encode(hash)),
        None => filename,
    }
}

/// A body whose pieces come one by one; an error breaks it off.
pub(crate) fn pieces(list: Vec<Result<&'static str, std::io::Error>>) -> Body {
    Body::from_stream(futures::stream::iter(list))
}

pub(crate) fn broken() -> std::io::Error {
    std::io::ErrorKind::ConnectionReset.into()
}
