//! memcached's meta commands as bytes (its `doc/protocol.txt`, "Meta Commands"). Pure: bytes in, bytes out.

use bytes::{Buf as _, Bytes, BytesMut};

use crate::CacheKey;
use crate::limits::{MAX_LINE_BYTES, MAX_VALUE_BYTES};

/// Room for the envelope around the longest value.
const MAX_DATA_BYTES: usize = MAX_VALUE_BYTES + 1024;

/// When a value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Always.
    Set,
    /// Where there is none.
    Add,
}

/// A server's answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// The value asked for.
    Value(Bytes),
    /// There is nothing under the key.
    Absent,
    /// It was done.
    Done,
    /// It was not stored, as there was a value.
    NotStored,
    /// The server's words for what was wrong; the connection goes on.
    Error(String),
}

/// What a server sent is not an answer; the connection is of no use any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server does not speak memcached's meta protocol: {0}")]
pub(super) struct BadReply(&'static str);

pub(super) fn get(out: &mut BytesMut, key: &CacheKey) {
    out.extend_from_slice(b"mg ");
    push_key(out, key);
    out.extend_from_slice(b" v\r\n");
}

pub(super) fn set(out: &mut BytesMut, key: &CacheKey, value: &[u8], ttl_s: u64, mode: Mode) {
    out.extend_from_slice(b"ms ");
    push_key(out, key);
    let mode = if mode == Mode::Add { " ME" } else { "" };
    out.extend_from_slice(format!(" {} T{ttl_s}{mode}\r\n", value.len()).as_bytes());
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

pub(super) fn remove(out: &mut BytesMut, key: &CacheKey) {
    out.extend_from_slice(b"md ");
    push_key(out, key);
    out.extend_from_slice(b"\r\n");
}

/// Adds `delta`, or begins at `initial`.
pub(super) fn add(out: &mut BytesMut, key: &CacheKey, delta: i64, initial: u64, ttl_s: u64) {
    out.extend_from_slice(b"ma ");
    push_key(out, key);
    let mode = if delta < 0 { 'D' } else { 'I' };
    let by = delta.unsigned_abs();
    out.extend_from_slice(format!(" N{ttl_s} J{initial} D{by} M{mode} v\r\n").as_bytes());
}

/// A key goes as it is where memcached takes it, and as its hash otherwise. No other key begins with `#`.
fn push_key(out: &mut BytesMut, key: &CacheKey) {
    let key = key.as_bytes();
    if key.iter().all(u8::is_ascii_graphic) {
        out.extend_from_slice(key);
    } else {
        out.extend_from_slice(b"#");
        out.extend_from_slice(blake3::hash(key).to_hex().as_bytes());
    }
}

/// Takes the next reply from the front; `None` when it has not come whole yet.
pub(super) fn decode(buffer: &mut BytesMut) -> Result<Option<Reply>, BadReply> {
    let Some(end) = buffer
        .windows(2)
        .take(MAX_LINE_BYTES)
        .position(|two| two == b"\r\n")
    else {
        return if buffer.len() > MAX_LINE_BYTES {
            Err(BadReply("a line without an end"))
        } else {
            Ok(None)
        };
    };
    let line = &buffer[..end];
    let mut words = line.split(|byte| *byte == b' ');
    let reply = match words.next().unwrap_or_default() {
        b"VA" => {
            let len = data_len(words.next())?;
            return take_value(buffer, end + 2, len);
        }
        b"EN" | b"NF" => Reply::Absent,
        b"HD" => Reply::Done,
        b"NS" | b"EX" => Reply::NotStored,
        b"ERROR" | b"CLIENT_ERROR" | b"SERVER_ERROR" => {
            Reply::Error(String::from_utf8_lossy(line).into_owned())
        }
        _ => return Err(BadReply("an unknown answer")),
    };
    buffer.advance(end + 2);
    Ok(Some(reply))
}

fn data_len(word: Option<&[u8]>) -> Result<usize, BadReply> {
    let text = word.and_then(|word| std::str::from_utf8(word).ok());
    let len = text.and_then(|text| text.parse::<usize>().ok());
    len.filter(|len| *len <= MAX_DATA_BYTES)
        .ok_or(BadReply("a value of no size, or of too great a one"))
}

fn take_value(buffer: &mut BytesMut, start: usize, len: usize) -> Result<Option<Reply>, BadReply> {
    let Some(after) = buffer.get(start + len..start + len + 2) else {
        return Ok(None);
    };
    if after != b"\r\n" {
        return Err(BadReply("a value longer than it said"));
    }
    buffer.advance(start);
    let value = buffer.split_to(len).freeze();
    buffer.advance(2);
    Ok(Some(Reply::Value(value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(key: &[u8]) -> CacheKey {
        CacheKey::new("n", key).unwrap()
    }

    #[test]
    fn requests_are_as_the_protocol_says() {
        let mut out = BytesMut::new();
        get(&mut out, &key(b"a"));
        set(&mut out, &key(b"a"), b"xy", 9, Mode::Add);
        remove(&mut out, &key(b"a"));
        add(&mut out, &key(b"a"), -3, 7, 9);
        let text = "mg n:a v\r\nms n:a 2 T9 ME\r\nxy\r\nmd n:a\r\nma n:a N9 J7 D3 MD v\r\n";
        assert_eq!(out, text);
        let mut out = BytesMut::new();
        get(&mut out, &key(b"a b\r\n"));
        assert!(
            out.starts_with(b"mg #") && out.len() == 3 + 65 + 4,
            "{out:?}"
        );
    }

    #[test]
    fn bad_replies_are_refused() {
        let long = [b'x'; MAX_LINE_BYTES + 1];
        for bad in [
            &b"hello\r\n"[..],
            b"VA\r\n",
            b"VA -1\r\n",
            b"VA 99999999\r\n",
            b"VA 1\r\nabc",
            &long,
        ] {
            assert!(decode(&mut BytesMut::from(bad)).is_err(), "{bad:?}");
        }
    }

    fn encode(reply: &Reply) -> Vec<u8> {
        match reply {
            Reply::Value(bytes) => [
                format!("VA {} t5\r\n", bytes.len()).as_bytes(),
                bytes,
                b"\r\n",
            ]
            .concat(),
            Reply::Absent => b"EN\r\n".to_vec(),
            Reply::Done => b"HD\r\n".to_vec(),
            Reply::NotStored => b"NS\r\n".to_vec(),
            Reply::Error(text) => format!("{text}\r\n").into_bytes(),
        }
    }

    fn reply() -> impl Strategy<Value = Reply> {
        prop_oneof![
            any::<Vec<u8>>().prop_map(|bytes| Reply::Value(bytes.into())),
            Just(Reply::Absent),
            Just(Reply::Done),
            Just(Reply::NotStored),
            Just(Reply::Error("SERVER_ERROR out of memory".to_owned())),
        ]
    }

    proptest! {
        #[test]
        fn replies_come_out_however_they_are_cut(
            replies in prop::collection::vec(reply(), 0..6), piece in 1_usize..40,
        ) {
            let bytes: Vec<u8> = replies.iter().flat_map(encode).collect();
            let mut buffer = BytesMut::new();
            let mut found = Vec::new();
            for piece in bytes.chunks(piece) {
                buffer.extend_from_slice(piece);
                while let Some(reply) = decode(&mut buffer).unwrap() {
                    found.push(reply);
                }
            }
            prop_assert_eq!(found, replies);
            prop_assert!(buffer.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let mut buffer = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = decode(&mut buffer) {}
            prop_assert!(buffer.len() <= bytes.len());
        }
    }
}
