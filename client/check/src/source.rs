//! Where bytes come from: a server, as a browser on another page would ask it, or a disk.

use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use media_manifest::ByteRange;
use platform_http::Trust;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN, RANGE};
use reqwest::{Client, Response, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use url::Url;

use crate::finding::{Finding, Rule};
use crate::limits::REQUEST_TIMEOUT;
use crate::stream::{Part, file_name};

/// The page that a player is taken to be on.
const PAGE: &str = "https://player.example";

/// What was loaded.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) bytes: Bytes,
    /// Where it finally came from.
    pub(crate) url: Url,
    /// What is wrong with how it came.
    pub(crate) findings: Vec<Finding>,
}

/// Loads parts.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    client: Client,
}

impl Source {
    pub(crate) fn new(trust: &Trust) -> Result<Self, reqwest::Error> {
        let client = trust
            .client()
            .timeout(REQUEST_TIMEOUT)
            .user_agent(concat!("marquee-check/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client })
    }

    /// Loads a part of at most so many bytes. An answer in words says why it could not be.
    pub(crate) async fn load(&self, part: &Part, max_bytes: u64) -> Result<Loaded, String> {
        if part.range.is_some_and(|range| range.len() > max_bytes) {
            return Err(format!(
                "it is larger than the {max_bytes} bytes that are read"
            ));
        }
        match part.url.scheme() {
            "file" => read_disk(part, max_bytes).await,
            "http" | "https" => self.ask_server(part, max_bytes).await,
            other => Err(format!("{other}: is no scheme that players load from")),
        }
    }

    async fn ask_server(&self, part: &Part, max_bytes: u64) -> Result<Loaded, String> {
        let mut request = self.client.get(part.url.clone()).header(ORIGIN, PAGE);
        if let Some(range) = part.range {
            request = request.header(RANGE, range.http());
        }
        let response = request.send().await.map_err(told)?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the server answers {}", status.as_u16()));
        }
        let mut findings = headers(&response, &part.url);
        let url = response.url().clone();
        let whole = part.range.is_some() && status != StatusCode::PARTIAL_CONTENT;
        if whole {
            let message = format!("a range is answered by {}", status.as_u16());
            findings.push(Finding::new(
                Rule::RangeIgnored,
                file_name(&part.url),
                message,
            ));
        }
        let mut bytes = body(response, max_bytes).await?;
        if let Some(range) = part.range {
            bytes = cut(&bytes, range, whole)?;
        }
        Ok(Loaded {
            bytes,
            url,
            findings,
        })
    }
}

/// The range of an answer, which is the whole file where the server ignored it.
fn cut(bytes: &Bytes, range: ByteRange, whole: bool) -> Result<Bytes, String> {
    let (from, to) = if whole {
        (range.start, range.end)
    } else {
        (0, range.len())
    };
    if to > bytes.len() as u64 || !whole && to < bytes.len() as u64 {
        return Err(format!(
            "{} bytes came for {} bytes",
            bytes.len(),
            range.len()
        ));
    }
    Ok(bytes.slice(from as usize..to as usize))
}

async fn body(mut response: Response, max_bytes: u64) -> Result<Bytes, String> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(told)? {
        if (body.len() + chunk.len()) as u64 > max_bytes {
            return Err(format!(
                "it is larger than the {max_bytes} bytes that are read"
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn headers(response: &Response, url: &Url) -> Vec<Finding> {
    let mut findings = Vec::new();
    let header = |name| response.headers().get(name).and_then(|it| it.to_str().ok());
    let host = url.host_str().unwrap_or_default();
    if !matches!(header(ACCESS_CONTROL_ALLOW_ORIGIN), Some("*" | PAGE)) {
        let message = "pages of other origins may not load from it";
        findings.push(Finding::new(Rule::CrossOrigin, host, message));
    }
    let name = file_name(url);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let wanted = types(ending);
    let stated = header(CONTENT_TYPE).unwrap_or("nothing");
    let essence = stated.split(';').next().unwrap_or_default().trim();
    if !wanted.is_empty() && !wanted.iter().any(|it| it.eq_ignore_ascii_case(essence)) {
        let message = format!("it is sent as {stated}, not as {}", wanted[0]);
        findings.push(Finding::new(
            Rule::ContentType,
            format!(".{ending}"),
            message,
        ));
    }
    findings
}

/// What files of an ending are sent as.
fn types(ending: &str) -> &'static [&'static str] {
    match ending {
        "m3u8" => &["application/vnd.apple.mpegurl", "audio/mpegurl"],
        "mpd" => &["application/dash+xml"],
        "mp4" | "m4s" | "m4v" | "cmfv" => &["video/mp4", "audio/mp4", "video/iso.segment"],
        "m4a" | "cmfa" => &["audio/mp4", "video/mp4"],
        "vtt" => &["text/vtt"],
        _ => &[],
    }
}

async fn read_disk(part: &Part, max_bytes: u64) -> Result<Loaded, String> {
    let path: PathBuf = part
        .url
        .to_file_path()
        .map_err(|()| "it is no path of this machine".to_owned())?;
    let told = |error: std::io::Error| error.to_string();
    let mut file = tokio::fs::File::open(&path).await.map_err(told)?;
    let size = file.metadata().await.map_err(told)?.len();
    let range = part.range.unwrap_or(ByteRange {
        start: 0,
        end: size,
    });
    if range.end > size {
        return Err(format!(
            "bytes up to {} are named and it has {size}",
            range.end
        ));
    }
    if range.len() > max_bytes {
        return Err(format!(
            "it is larger than the {max_bytes} bytes that are read"
        ));
    }
    file.seek(std::io::SeekFrom::Start(range.start))
        .await
        .map_err(told)?;
    let mut bytes = vec![0; range.len() as usize];
    file.read_exact(&mut bytes).await.map_err(told)?;
    Ok(Loaded {
        bytes: bytes.into(),
        url: part.url.clone(),
        findings: Vec::new(),
    })
}

/// URLs may hold tokens and stay out of messages.
fn told(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no whole answer within {REQUEST_TIMEOUT:?}");
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
