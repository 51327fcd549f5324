//! The head of a request (RFC 9112), read from what has come of it so far, or from the fields a stream began with.
//! Pure: bytes in, a head or a reason to refuse it out.

use httparse::{EMPTY_HEADER, Status};

use crate::limits::{MAX_HEAD_BYTES, MAX_HEADERS};

/// Room for a head's fields, lent to [`parse`].
pub type Fields<'a> = [httparse::Header<'a>; MAX_HEADERS];

/// An empty [`Fields`].
pub const NO_FIELDS: Fields<'static> = [EMPTY_HEADER; MAX_HEADERS];

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Bytes are asked for.
    Get,
    /// What GET would say, without the bytes.
    Head,
    /// A browser asks what it may do.
    Options,
    /// Nothing that is done here.
    Other,
}

/// A whole head.
#[derive(Debug, Clone, Copy)]
pub struct Head<'h, 'a> {
    /// What it does.
    pub method: Method,
    /// The target's path, without its query; begins with `/`.
    pub path: &'a str,
    /// Path and query as they were sent.
    pub target: &'a str,
    /// Whether the connection is meant to go on after the answer.
    pub keep_alive: bool,
    /// Every field, in order.
    pub fields: &'h [httparse::Header<'a>],
}

/// What the bytes so far are.
#[derive(Debug)]
pub enum Parsed<'h, 'a> {
    /// The beginning of a head; more must come.
    Partial,
    /// A head, and the bytes it took.
    Whole(Head<'h, 'a>, usize),
    /// No head that is answered here; nothing after it can be understood.
    Bad(BadHead),
}

/// Why a head is refused; the connection ends with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHead {
    /// Not HTTP/1.
    #[error("this is no HTTP/1.1 request")]
    Malformed,
    /// Longer than [`MAX_HEAD_BYTES`], or of more than [`MAX_HEADERS`] fields.
    #[error("the request's header fields are too many or too long")]
    TooLarge,
    /// It announces a body.
    #[error("requests to an appliance carry no body")]
    Body,
    /// Without exactly one `Host` where there must be one, or two of what may be there once.
    #[error("a field of the request is missing, or is there twice")]
    Ambiguous,
}

/// Reads the head at the front of `bytes`.
pub fn parse<'h, 'a>(bytes: &'a [u8], fields: &'h mut Fields<'a>) -> Parsed<'h, 'a> {
    let mut request = httparse::Request::new(fields);
    match request.parse(bytes) {
        Ok(Status::Complete(taken)) if taken <= MAX_HEAD_BYTES => {
            let line = line(&request).ok_or(BadHead::Malformed);
            let fields = &*request.headers;
            match line.and_then(|line| head(&line, fields)) {
                Ok(head) => Parsed::Whole(head, taken),
                Err(bad) => Parsed::Bad(bad),
            }
        }
        Ok(Status::Partial) if bytes.len() < MAX_HEAD_BYTES => Parsed::Partial,
        Ok(_) | Err(httparse::Error::TooManyHeaders) => Parsed::Bad(BadHead::TooLarge),
        Err(_) => Parsed::Bad(BadHead::Malformed),
    }
}

/// Takes the head a stream began with, by HTTP/2 (RFC 9113, section 8.3) or HTTP/3 (RFC 9114, section 4.3).
///
/// # Errors
/// [`BadHead`]; the stream ends with the answer, and the connection goes on.
pub fn of_stream<'h, 'a>(
    request: &'a http::request::Parts,
    fields: &'h mut Fields<'a>,
) -> Result<Head<'h, 'a>, BadHead> {
    let count = request.headers.len();
    let room = fields.get_mut(..count).ok_or(BadHead::TooLarge)?;
    for (field, (name, value)) in room.iter_mut().zip(&request.headers) {
        *field = httparse::Header {
            name: name.as_str(),
            value: value.as_bytes(),
        };
    }
    let target = request
        .uri
        .path_and_query()
        .map_or("", |both| both.as_str());
    let line = Line {
        method: request.method.as_str(),
        target,
        is_last: false,
        needs_host: request.uri.authority().is_none(),
    };
    head(&line, &fields[..count])
}

/// What a head says before its fields.
struct Line<'a> {
    method: &'a str,
    target: &'a str,
    /// The connection ends with its answer.
    is_last: bool,
    needs_host: bool,
}

fn line<'a>(request: &httparse::Request<'_, 'a>) -> Option<Line<'a>> {
    let version = request.version?;
    Some(Line {
        method: request.method?,
        target: request.path?,
        is_last: version == 0,
        needs_host: version == 1,
    })
}

fn head<'h, 'a>(
    line: &Line<'a>,
    fields: &'h [httparse::Header<'a>],
) -> Result<Head<'h, 'a>, BadHead> {
    let mut hosts = 0;
    let mut close = line.is_last;
    for field in fields {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts += 1;
        } else if is("connection") {
            close |= lists(field.value, b"close");
        } else if is("transfer-encoding")
            || (is("content-length") && field.value.iter().any(|digit| *digit != b'0'))
        {
            return Err(BadHead::Body);
        }
    }
    if hosts > 1 || (hosts == 0 && line.needs_host) {
        return Err(BadHead::Ambiguous);
    }
    for once in ["range", "if-range"] {
        if fields
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(once))
            .count()
            > 1
        {
            return Err(BadHead::Ambiguous);
        }
    }
    let target = origin_form(line.target).ok_or(BadHead::Malformed)?;
    Ok(Head {
        method: match line.method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "OPTIONS" => Method::Options,
            _ => Method::Other,
        },
        path: target.split_once('?').map_or(target, |(path, _)| path),
        target,
        keep_alive: !close,
        fields,
    })
}

impl<'a> Head<'_, 'a> {
    /// The value of a field that may be there once; `None` when it is absent or is no text.
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let field = self
            .fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(field.value).ok()
    }
}

/// A target in origin form; one in absolute form loses its scheme and authority (RFC 9112, section 3.2.2).
fn origin_form(target: &str) -> Option<&str> {
    if target.starts_with('/') {
        return Some(target);
    }
    let (scheme, rest) = target.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    Some(rest.find('/').map_or("/", |at| &rest[at..]))
}

/// Whether a list of tokens holds one.
fn lists(value: &[u8], token: &[u8]) -> bool {
    value
        .split(|byte| *byte == b',')
        .any(|one| one.trim_ascii().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of<T>(text: &str, look: impl FnOnce(Parsed<'_, '_>) -> T) -> T {
        look(parse(text.as_bytes(), &mut { NO_FIELDS }))
    }

    fn bad(text: &str) -> Option<BadHead> {
        of(text, |parsed| match parsed {
            Parsed::Bad(bad) => Some(bad),
            _ => None,
        })
    }

    #[test]
    fn a_head_is_read_whole() {
        let text = "HEAD /p/t/n.mp4?x=/y HTTP/1.1\r\nHost: h\r\nrange: bytes=0-1\r\n\r\nGET";
        of(text, |parsed| {
            let Parsed::Whole(head, taken) = parsed else {
                panic!("{parsed:?}")
            };
            assert_eq!(taken, text.len() - 3);
            assert_eq!((head.method, head.path), (Method::Head, "/p/t/n.mp4"));
            assert_eq!(head.target, "/p/t/n.mp4?x=/y");
            assert_eq!(head.field("Range"), Some("bytes=0-1"));
            assert!(head.keep_alive && head.field("if-range").is_none());
        });
    }

    #[test]
    fn connections_end_when_they_are_meant_to() {
        let keeps = |text| {
            of(
                text,
                |parsed| matches!(parsed, Parsed::Whole(head, _) if head.keep_alive),
            )
        };
        assert!(keeps(
            "GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\n\r\n"
        ));
        assert!(!keeps(
            "GET / HTTP/1.1\r\nhost: h\r\nconnection: te, Close\r\n\r\n"
        ));
        assert!(!keeps("GET / HTTP/1.0\r\n\r\n"));
    }

    #[test]
    fn an_absolute_target_loses_its_authority() {
        let path = |text: &str| {
            of(text, |parsed| match parsed {
                Parsed::Whole(head, _) => Some(head.path.to_owned()),
                _ => None,
            })
        };
        let path = |target: &str| path(&format!("GET {target} HTTP/1.1\r\nhost: h\r\n\r\n"));
        assert_eq!(path("http://host:1/p/a?b").as_deref(), Some("/p/a"));
        assert_eq!(path("https://host").as_deref(), Some("/"));
        assert_eq!(path("ftp://host/p"), None);
        assert_eq!(path("*"), None);
    }

    #[test]
    fn what_could_be_understood_twice_is_refused() {
        let with = |fields: &str| bad(&format!("GET / HTTP/1.1\r\n{fields}\r\n"));
        assert_eq!(with(""), Some(BadHead::Ambiguous));
        assert_eq!(with("host: a\r\nhost: b\r\n"), Some(BadHead::Ambiguous));
        let twice = "host: a\r\nrange: bytes=0-1\r\nRange: bytes=5-6\r\n";
        assert_eq!(with(twice), Some(BadHead::Ambiguous));
        assert_eq!(
            with("host: a\r\ncontent-length: 5\r\n"),
            Some(BadHead::Body)
        );
        assert_eq!(
            with("host: a\r\ntransfer-encoding: chunked\r\n"),
            Some(BadHead::Body)
        );
        assert_eq!(with("host: a\r\ncontent-length: 0\r\n"), None);
        assert_eq!(bad("\u{16}\u{3}\u{1} hello"), Some(BadHead::Malformed));
    }

    #[test]
    fn a_flood_of_fields_ends() {
        let many = "x: y\r\n".repeat(MAX_HEADERS + 1);
        let many = format!("GET / HTTP/1.1\r\nhost: h\r\n{many}");
        assert_eq!(bad(&many), Some(BadHead::TooLarge));
        let long = format!(
            "GET / HTTP/1.1\r\nhost: h\r\nx: {}",
            "y".repeat(MAX_HEAD_BYTES)
        );
        assert_eq!(bad(&long), Some(BadHead::TooLarge));
        assert_eq!(bad(&format!("{long}\r\n\r\n")), Some(BadHead::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_a_beginning_is_never_bad(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            cut in 0_usize..120,
        ) {
            let _ = parse(&bytes, &mut { NO_FIELDS });
            let text = b"GET /p/token/name.mp4 HTTP/1.1\r\nHost: h\r\nRange: bytes=0-1\r\nAccept: */*\r\n\r\n";
            let cut = cut.min(text.len() - 1);
            let is_partial = matches!(parse(&text[..cut], &mut { NO_FIELDS }), Parsed::Partial);
            prop_assert!(is_partial);
        }
    }
}
