//! The heads of answers, written as bytes. Pure.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use contracts_delivery::{ByteRange, FileName};
use platform_clock::Timestamp;

use crate::limits::MAX_HEADERS;
use crate::refusal::{Refusal, title};

/// Any page may read what is served: what guards a file is its token. A page's script sees the times it
/// estimates bandwidth from.
const OPEN: &str = "access-control-allow-origin: *\r\n\
    access-control-expose-headers: content-length,content-range,accept-ranges,etag\r\n\
    timing-allow-origin: *\r\nx-content-type-options: nosniff\r\n";

/// What a browser hears that asks whether it may send a range.
const GRANTED: &str = "access-control-allow-methods: GET,HEAD\r\n\
    access-control-allow-headers: range,if-range,if-none-match\r\n\
    access-control-max-age: 86400\r\nallow: GET, HEAD, OPTIONS\r\n";

/// What is the same in every answer at a moment.
#[derive(Debug, Default)]
pub(crate) struct Moment {
    second: u64,
    /// Header lines.
    lines: String,
    /// One of them, with its end; empty where there is no other protocol.
    alternative: Box<str>,
}

impl Moment {
    /// A moment in which each answer says, by this header line, how else the appliance is reached.
    pub(crate) fn telling(alternative: Box<str>) -> Self {
        Self {
            alternative,
            ..Self::default()
        }
    }

    /// The moment of a time; made anew once a second.
    pub(crate) fn at(&mut self, now: Timestamp) -> &Self {
        if self.second != now.seconds() || self.lines.is_empty() {
            self.second = now.seconds();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(self.second);
            let date = httpdate::fmt_http_date(time);
            self.lines = format!("date: {date}\r\n{}", self.alternative);
        }
        self
    }
}

/// The header lines that every answer about a file carries, 304 included. A file never changes under its
/// name, so whoever has it need not ask again.
pub(crate) fn lines_of(name: FileName) -> Box<str> {
    format!(
        "etag: \"{}\"\r\ncache-control: public, max-age=31536000, immutable\r\naccept-ranges: bytes\r\n\
         content-type: {}\r\n{OPEN}",
        name.hash,
        name.extension.content_type()
    )
    .into()
}

/// The head of an answer that is a film, a part of one, or word that it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilmHead<'a> {
    pub(crate) status: u16,
    /// [`lines_of`] the file.
    pub(crate) lines: &'a str,
    pub(crate) range: ByteRange,
    /// The whole file's.
    pub(crate) bytes: u64,
    pub(crate) keep_alive: bool,
}

impl FilmHead<'_> {
    pub(crate) fn write(&self, moment: &Moment, out: &mut Vec<u8>) {
        begin(self.status, moment, self.keep_alive, out);
        out.extend_from_slice(self.lines.as_bytes());
        let ByteRange { start, end } = self.range;
        let written = match self.status {
            206 => write!(
                out,
                "content-range: bytes {start}-{}/{}\r\ncontent-length: {}\r\n\r\n",
                end - 1,
                self.bytes,
                end - start
            ),
            304 => write!(out, "\r\n"),
            _ => write!(out, "content-length: {}\r\n\r\n", end - start),
        };
        written.expect("writing to memory cannot fail");
    }
}

/// A refusal, whole.
pub(crate) fn refusal(
    refusal: &Refusal,
    moment: &Moment,
    keep_alive: bool,
    bodiless: bool,
) -> Vec<u8> {
    let (mut out, document) = (Vec::new(), refusal.document());
    begin(refusal.status, moment, keep_alive, &mut out);
    write!(
        out,
        "{}content-type: application/problem+json\r\ncache-control: no-store\r\n{OPEN}content-length: {}\r\n\r\n{}",
        refusal.fields,
        document.len(),
        if bodiless { "" } else { &document }
    )
    .expect("writing to memory cannot fail");
    out
}

/// The answer to a preflight.
pub(crate) fn granted(moment: &Moment, keep_alive: bool) -> Vec<u8> {
    let mut out = Vec::new();
    begin(200, moment, keep_alive, &mut out);
    out.extend_from_slice(OPEN.as_bytes());
    out.extend_from_slice(GRANTED.as_bytes());
    out.extend_from_slice(b"content-length: 0\r\n\r\n");
    out
}

/// The head of an answer that a route beside the films gave.
pub(crate) fn beside(parts: &http::response::Parts, moment: &Moment, keep_alive: bool) -> Vec<u8> {
    let mut out = Vec::new();
    begin(parts.status.as_u16(), moment, keep_alive, &mut out);
    for (name, value) in &parts.headers {
        // How the connection goes on is decided here.
        if *name != http::header::CONNECTION && *name != http::header::TRANSFER_ENCODING {
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// A head that was written here, for a transport that sends its parts by themselves, and what lies behind it.
/// How the connection goes on is that transport's to say.
pub(crate) fn head_of(written: &[u8]) -> Option<(http::Response<()>, &[u8])> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Response::new(&mut fields);
    let Ok(httparse::Status::Complete(end)) = head.parse(written) else {
        return None;
    };
    let mut response = http::Response::builder().status(head.code?);
    for field in &*head.headers {
        if !field.name.eq_ignore_ascii_case("connection") {
            response = response.header(field.name, field.value);
        }
    }
    Some((response.body(()).ok()?, &written[end..]))
}

fn begin(status: u16, moment: &Moment, keep_alive: bool, out: &mut Vec<u8>) {
    let close = if keep_alive {
        ""
    } else {
        "connection: close\r\n"
    };
    write!(
        out,
        "HTTP/1.1 {status} {}\r\n{}{close}",
        title(status),
        moment.lines
    )
    .expect("writing to memory cannot fail");
}

#[cfg(test)]
mod tests {
    use contracts_delivery::Extension;
    use data_objects::ContentHash;

    use super::*;

    fn text(head: FilmHead<'_>) -> String {
        let mut out = Vec::new();
        head.write(
            Moment::default().at(Timestamp::from_millis(784_111_777_000)),
            &mut out,
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_part_says_where_it_lies() {
        let name = FileName {
            hash: ContentHash::of(b"x"),
            extension: Extension::Mp4,
        };
        let lines = lines_of(name);
        let whole = FilmHead {
            status: 206,
            lines: &lines,
            range: ByteRange { start: 5, end: 9 },
            bytes: 100,
            keep_alive: true,
        };
        let part = text(whole);
        assert!(part.starts_with(
            "HTTP/1.1 206 Partial Content\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        ));
        assert!(part.ends_with("content-range: bytes 5-8/100\r\ncontent-length: 4\r\n\r\n"));
        assert!(part.contains(&format!("etag: \"{}\"", name.hash)) && !part.contains("connection"));
        let known = text(FilmHead {
            status: 304,
            keep_alive: false,
            ..whole
        });
        assert!(known.contains("connection: close\r\n") && !known.contains("content-length: "));
    }

    #[test]
    fn what_was_written_is_read_back_but_for_how_the_connection_goes_on() {
        let said = Refusal::busy();
        let mut moment = Moment::telling("alt-svc: h3=\":443\"\r\n".into());
        let moment = moment.at(Timestamp::from_millis(784_111_777_000));
        let written = refusal(&said, moment, false, false);
        let (head, rest) = head_of(&written).unwrap();
        assert_eq!(
            (head.status().as_u16(), rest),
            (503, said.document().as_bytes())
        );
        let fields = head.headers();
        assert_eq!(fields["retry-after"], "2");
        assert_eq!(fields["date"], "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(fields["alt-svc"], "h3=\":443\"");
        assert_eq!(fields["access-control-allow-origin"], "*");
        assert!(!fields.contains_key("connection"));
        assert!(head_of(&written[..40]).is_none());
    }

    #[test]
    fn a_refusal_to_head_has_a_length_and_no_body() {
        let said = Refusal::busy();
        let (moment, length) = (Moment::default(), said.document().len());
        let out = String::from_utf8(refusal(&said, &moment, true, true)).unwrap();
        assert!(out.ends_with(&format!("content-length: {length}\r\n\r\n")));
        assert!(out.contains("retry-after: 2\r\n"));
    }
}
