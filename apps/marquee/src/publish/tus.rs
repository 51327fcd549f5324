//! A tus 1.0 client: creates an upload or finds the unfinished one, and sends what is missing.

use std::io::SeekFrom;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indicatif::ProgressBar;
use reqwest::Method;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use crate::api::Api;

/// Sent in one request: small enough to repeat cheaply, large enough that requests cost nothing.
const PIECE_BYTES: usize = 8 << 20;

const UPLOADS: &str = "/studio/v1/uploads";

/// An upload that may be part-way.
#[derive(Debug, Deserialize)]
struct Found {
    upload_url: Option<String>,
    offset: Option<u64>,
}

/// Sends `file` and gives its upload's id. An unfinished upload of the same bytes is continued, a
/// finished one is used as it is.
pub(crate) async fn send(
    api: &Api,
    file: &Path,
    fingerprint: &str,
    bar: &ProgressBar,
) -> Result<String> {
    let bytes = tokio::fs::metadata(file).await?.len();
    let find = api
        .request(Method::GET, UPLOADS)?
        .query(&[("fingerprint", fingerprint)]);
    let found: Found = api.json(find).await?;
    let (url, mut offset) = match (found.upload_url, found.offset) {
        (Some(url), Some(offset)) => (url, offset),
        _ => (create(api, file, bytes, fingerprint).await?, 0),
    };
    bar.set_length(bytes);
    bar.set_position(offset);
    bar.reset_eta();
    let mut reader = tokio::fs::File::open(file).await?;
    reader.seek(SeekFrom::Start(offset)).await?;
    while offset < bytes {
        let piece = read_piece(&mut reader).await?;
        if piece.is_empty() {
            bail!("{} became shorter while it was being sent", file.display());
        }
        offset = send_piece(api, &url, offset, piece).await?;
        bar.set_position(offset);
    }
    id_of(&url)
}

async fn create(api: &Api, file: &Path, bytes: u64, fingerprint: &str) -> Result<String> {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let metadata = format!(
        "filename {},fingerprint {}",
        STANDARD.encode(name),
        STANDARD.encode(fingerprint)
    );
    let request = api
        .request(Method::POST, UPLOADS)?
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", bytes)
        .header("Upload-Metadata", metadata);
    let response = api.send(request).await?;
    let location = response
        .headers()
        .get("location")
        .context("the service gave no upload address")?;
    Ok(location
        .to_str()
        .context("the upload's address is not text")?
        .to_owned())
}

async fn read_piece(reader: &mut tokio::fs::File) -> Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    reader
        .take(PIECE_BYTES as u64)
        .read_to_end(&mut piece)
        .await?;
    Ok(piece)
}

async fn send_piece(api: &Api, url: &str, offset: u64, piece: Vec<u8>) -> Result<u64> {
    let checksum = format!("sha256 {}", STANDARD.encode(Sha256::digest(&piece)));
    let request = api
        .request(Method::PATCH, url)?
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Offset", offset)
        .header("Upload-Checksum", checksum)
        .header("Content-Type", "application/offset+octet-stream")
        .body(piece);
    let response = api.send(request).await?;
    let offset = response
        .headers()
        .get("upload-offset")
        .and_then(|value| value.to_str().ok());
    offset
        .and_then(|offset| offset.parse().ok())
        .context("the service gave no offset")
}

fn id_of(url: &str) -> Result<String> {
    let id = url
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    if id.is_empty() {
        bail!("{url} names no upload");
    }
    Ok(id.to_owned())
}
