//! The header names, versions and dates of tus 1.0, and errors as its clients expect them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use platform_clock::Timestamp;
use platform_http::Problem;

use crate::UploadError;
use crate::limits::RETRY_AFTER_SECONDS;

pub(crate) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
pub(crate) const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,checksum,expiration,termination");
pub(crate) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(crate) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(crate) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(crate) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(crate) const TUS_CHECKSUM_ALGORITHM: HeaderName =
    HeaderName::from_static("tus-checksum-algorithm");
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(crate) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(crate) const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(crate) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(crate) const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
pub(crate) const OFFSET_STREAM: &str = "application/offset+octet-stream";

/// Refuses a client of another version, as the protocol asks.
pub(crate) fn require_version(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(TUS_RESUMABLE) == Some(&VERSION) {
        return Ok(());
    }
    let refused = Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "uploads speak tus 1.0.0; send the header Tus-Resumable: 1.0.0",
    );
    Err(refused.header(TUS_VERSION, VERSION))
}

/// A header that has to be a number.
pub(crate) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let parsed = headers
        .get(name)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    parsed
        .ok_or_else(|| Problem::bad_request(format!("the header {name} has to be a whole number")))
}

/// A header's text; empty when it is absent.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Problem> {
    let Some(value) = headers.get(name) else {
        return Ok("");
    };
    value
        .to_str()
        .map_err(|_| Problem::bad_request(format!("the header {name} has to be plain text")))
}

/// `Upload-Expires`, as RFC 9110 writes dates.
pub(crate) fn expires(at: Timestamp) -> Option<(HeaderName, HeaderValue)> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(at.millis()).ok()?).ok()?;
    let text = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .ok()?;
    Some((UPLOAD_EXPIRES, HeaderValue::try_from(text).ok()?))
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let status = status(&error);
        match error {
            UploadError::Io(source) => Self::internal(source),
            UploadError::WrongOffset { offset, .. } | UploadError::Interrupted { offset } => {
                Self::new(status, error.to_string()).header(UPLOAD_OFFSET, offset.into())
            }
            UploadError::TooManyTransfers { .. } | UploadError::TooManyUploads { .. } => {
                Self::new(status, error.to_string())
                    .header(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into())
            }
            other => Self::new(status, other.to_string()),
        }
    }
}

fn status(error: &UploadError) -> StatusCode {
    match error {
        UploadError::NoSuchUpload => StatusCode::NOT_FOUND,
        UploadError::Expired => StatusCode::GONE,
        UploadError::Busy => StatusCode::LOCKED,
        UploadError::InUse
        | UploadError::WrongOffset { .. }
        | UploadError::Unfinished { .. }
        | UploadError::WrongFingerprint => StatusCode::CONFLICT,
        UploadError::TooLong { .. } | UploadError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        // tus's own: a checksum mismatch.
        UploadError::WrongChecksum => {
            StatusCode::from_u16(460).expect("460 is within the range of status codes")
        }
        UploadError::Interrupted { .. }
        | UploadError::BadChecksum(_)
        | UploadError::BadMetadata(_) => StatusCode::BAD_REQUEST,
        UploadError::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
        UploadError::TooManyUploads { .. } | UploadError::TooManyTransfers { .. } => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        UploadError::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_wants_them() {
        let (_, value) = expires(Timestamp::from_millis(784_111_777_000)).unwrap();
        assert_eq!(value, "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
