//! What a player hears instead of a film: problem documents (RFC 9457), which say what to do.

use contracts_delivery::{TokenError, UpstreamError};
use serde_json::{Map, Value};

use crate::head::BadHead;

/// An answer that is no film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    detail: String,
    reason: Option<&'static str>,
    /// Further header lines, each with its end.
    pub(crate) fields: String,
}

impl Refusal {
    fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            reason: None,
            fields: String::new(),
        }
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(404, detail)
    }

    /// No file's address, nor that of anything else.
    pub(crate) fn nothing_here() -> Self {
        Self::not_found("there is nothing at this address")
    }

    /// A head that came by a stream of its own, which is all that ends with the answer.
    pub(crate) fn of_stream(bad: BadHead) -> Self {
        match bad {
            BadHead::Malformed => Self::nothing_here(),
            bad => Self::new(status_of(bad), bad.to_string()),
        }
    }

    /// The appliance sends as much as it can.
    pub(crate) fn busy() -> Self {
        Self {
            fields: "retry-after: 2\r\n".to_owned(),
            ..Self::new(
                503,
                "this appliance sends as much as it can; use the next one",
            )
        }
    }

    /// A range outside a file of so many bytes, or several.
    pub(crate) fn unsatisfiable(bytes: u64) -> Self {
        Self {
            fields: format!("content-range: bytes */{bytes}\r\n"),
            ..Self::new(
                416,
                format!("ask for one range inside the file's {bytes} bytes"),
            )
        }
    }

    /// A request in clear where TLS is spoken.
    pub(crate) fn in_clear() -> Self {
        Self::new(
            400,
            "this address speaks HTTPS; ask again with an address that begins with https://",
        )
    }

    pub(crate) fn method() -> Self {
        Self {
            fields: "allow: GET, HEAD, OPTIONS\r\n".to_owned(),
            ..Self::new(405, "an appliance answers GET, HEAD and OPTIONS")
        }
    }

    /// The document.
    pub(crate) fn document(&self) -> String {
        let mut document = Map::new();
        document.insert("type".into(), "about:blank".into());
        document.insert("title".into(), title(self.status).into());
        document.insert("status".into(), self.status.into());
        document.insert("detail".into(), self.detail.as_str().into());
        if let Some(reason) = self.reason {
            document.insert("reason".into(), reason.into());
        }
        Value::Object(document).to_string()
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        let reason = match error {
            TokenError::Expired => "expired",
            TokenError::UnknownKey(_) => "unknown-key",
            TokenError::Malformed | TokenError::BadSignature => "invalid",
        };
        Self {
            reason: Some(reason),
            ..Self::new(
                403,
                format!("{error}; renew the session and go on with its new address"),
            )
        }
    }
}

/// A file that cannot be brought; said before the first byte only.
impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::NotFound => {
                Self::not_found("there is no such file, or it has been withdrawn")
            }
            UpstreamError::Timeout => Self::new(
                504,
                "the origin did not answer in time; try again or use the next appliance",
            ),
            UpstreamError::Down => Self::new(
                502,
                "the origin cannot be reached and this part is not stored here; use the next appliance",
            ),
            UpstreamError::Wrong => Self::new(
                502,
                "the origin's bytes do not match the file's name and were not passed on; use the next \
                 appliance",
            ),
        }
    }
}

impl From<BadHead> for Refusal {
    fn from(bad: BadHead) -> Self {
        Self::new(
            status_of(bad),
            format!("{bad}; send one request head of HTTP/1.1 at a time"),
        )
    }
}

const fn status_of(bad: BadHead) -> u16 {
    match bad {
        BadHead::TooLarge => 431,
        BadHead::Body => 413,
        BadHead::Malformed | BadHead::Ambiguous => 400,
    }
}

/// A status in words.
pub(crate) const fn title(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Problem",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_what_was_wrong_and_why() {
        let refusal = Refusal::from(TokenError::Expired);
        let document: Value = serde_json::from_str(&refusal.document()).unwrap();
        assert_eq!(
            (&document["status"], &document["reason"]),
            (&403.into(), &"expired".into())
        );
        assert!(
            document["detail"]
                .as_str()
                .unwrap()
                .contains("renew the session")
        );
        assert_eq!(
            Refusal::unsatisfiable(9).fields,
            "content-range: bytes */9\r\n"
        );
    }
}
