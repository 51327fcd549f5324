//! What a player may ask, and what it hears by HTTP/1.1: every protocol says the same.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use contracts_delivery::Extension;
use http_body_util::BodyExt as _;

use crate::authority::Authority;
use crate::bed::{Bed, MIB, film};

/// One request, and the status of its answer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) fields: Vec<(&'static str, String)>,
    status: u16,
}

/// Status, fields without the time, and body of an answer.
pub(crate) type Heard = (StatusCode, BTreeMap<String, String>, Bytes);

/// Files upstream, and questions about them.
pub(crate) fn questions(bed: &Bed) -> Vec<Question> {
    let file = bed.upstream.add(film(2, 777), Extension::Mp4);
    let foreign = bed.upstream.add("foreign", Extension::Mp4);
    let release = bed.release_of(file);
    let (path, other) = (bed.path(release, file), bed.path(release, foreign));
    let forged = path.replacen("/p/A", "/p/B", 1);
    let etag = format!("\"{}\"", file.name.hash);
    let mut asked = Vec::new();
    let mut ask = |status, method: Method, path: &str, fields: &[(&'static str, &str)]| {
        let own = |(name, value): &(&'static str, &str)| (*name, (*value).to_owned());
        asked.push(Question {
            method,
            path: path.to_owned(),
            fields: fields.iter().map(own).collect(),
            status,
        });
    };
    ask(200, Method::GET, &path, &[]);
    for (range, status) in [
        ("bytes=0-0".to_owned(), 206),
        (format!("bytes={}-{}", MIB - 9, MIB + 9), 206),
        ("bytes=-5".to_owned(), 206),
        ("bytes=99999999-".to_owned(), 416),
        ("bytes=0-1,5-6".to_owned(), 416),
    ] {
        ask(status, Method::GET, &path, &[("range", &range)]);
    }
    let range = ("range", "bytes=0-1");
    ask(206, Method::GET, &path, &[range, ("if-range", &etag)]);
    ask(200, Method::GET, &path, &[range, ("if-range", "\"x\"")]);
    ask(304, Method::GET, &path, &[("if-none-match", &etag)]);
    ask(200, Method::HEAD, &path, &[]);
    ask(403, Method::HEAD, &forged, &[]);
    let origin = ("origin", "https://cinema.example");
    ask(200, Method::OPTIONS, &path, &[origin]);
    ask(403, Method::GET, &forged, &[]);
    ask(404, Method::GET, &other, &[]);
    ask(404, Method::GET, "/p/token/..%2fpasswd", &[]);
    ask(404, Method::GET, "/p/token", &[]);
    ask(200, Method::GET, "/healthz", &[]);
    ask(404, Method::GET, "/nowhere", &[]);
    ask(405, Method::DELETE, &path, &[]);
    asked
}

/// Asks by the bed's player.
pub(crate) async fn hear(bed: &Bed, question: &Question) -> Heard {
    let fields: Vec<_> = question
        .fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let method = question.method.clone();
    let (parts, body) = bed
        .begin(method, &question.path, &fields)
        .await
        .into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, fields_of(&parts.headers), body)
}

/// Holds what was heard against what HTTP/1.1 says.
pub(crate) async fn compare(
    bed: &mut Bed,
    authority: &Authority,
    asked: &[Question],
    heard: &[Heard],
) {
    bed.speak_tls(authority.client().http1_only().build().unwrap());
    assert_eq!(asked.len(), heard.len());
    for (question, heard) in asked.iter().zip(heard) {
        assert_eq!(heard.0.as_u16(), question.status, "{question:?}");
        assert_eq!(*heard, hear(bed, question).await, "{question:?}");
    }
}

pub(crate) fn fields_of(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}
