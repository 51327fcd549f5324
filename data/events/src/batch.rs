//! A batch as bytes: what one sync acknowledges. Pure.
//!
//! Header, 44 bytes: `MQLB`, body length (4), first offset (8), count (4), newest event's time in
//! milliseconds (8), highest origin of the partition so far or all ones (8), CRC32C of the body (4), CRC32C
//! of the header before it (4). Body, per event: time (8), flags (1), origin (8, with flag 1), key length
//! (4), payload length (4), key, payload. Numbers are little-endian.
//!
//! The header has a checksum of its own, so that a length is believed before the body is there.

use bytes::{Buf as _, Bytes};
use platform_clock::Timestamp;

use crate::limits::MAX_BODY_BYTES;
use crate::{Event, NewEvent, Offset};

/// What every batch begins with.
pub(crate) const MAGIC: [u8; 4] = *b"MQLB";

/// Bytes of a header.
pub(crate) const HEADER_BYTES: usize = 44;

/// Time, flags, key length, payload length: the least an event takes.
const LEAST_EVENT_BYTES: usize = 17;

const HAS_ORIGIN: u8 = 1;

/// No origin, in a header.
const NONE: u64 = u64::MAX;

/// Why bytes are no batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// They may begin one; this many are needed to tell more.
    Short(usize),
    /// They do not.
    Damaged,
}

/// What a batch holds, known before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Its first event.
    pub(crate) base: Offset,
    /// How many events it has; at least one.
    pub(crate) count: u32,
    /// The latest time among them.
    pub(crate) newest: Timestamp,
    /// The highest origin that the partition has, this batch included.
    pub(crate) last_origin: Option<Offset>,
    /// Bytes of the body.
    pub(crate) body_bytes: usize,
    body_sum: u32,
}

impl Header {
    /// Bytes of the whole batch.
    pub(crate) fn bytes(&self) -> usize {
        HEADER_BYTES + self.body_bytes
    }

    /// The offset after its last event.
    pub(crate) fn next(&self) -> Offset {
        self.base.plus(u64::from(self.count))
    }
}

/// Appends an event to a body. The event is within the limits.
pub(crate) fn push(event: &NewEvent, at: Timestamp, body: &mut Vec<u8>) {
    body.extend_from_slice(&at.millis().to_le_bytes());
    match event.origin {
        Some(origin) => {
            body.push(HAS_ORIGIN);
            body.extend_from_slice(&origin.0.to_le_bytes());
        }
        None => body.push(0),
    }
    body.extend_from_slice(&(event.key.len() as u32).to_le_bytes());
    body.extend_from_slice(&(event.payload.len() as u32).to_le_bytes());
    body.extend_from_slice(&event.key);
    body.extend_from_slice(&event.payload);
}

/// Writes the header of a batch whose body follows [`HEADER_BYTES`] kept free for it.
pub(crate) fn seal(
    batch: &mut [u8],
    base: Offset,
    count: u32,
    newest: Timestamp,
    last_origin: Option<Offset>,
) {
    let Some((header, body)) = batch.split_first_chunk_mut::<HEADER_BYTES>() else {
        return;
    };
    header[..4].copy_from_slice(&MAGIC);
    header[4..8].copy_from_slice(&(body.len() as u32).to_le_bytes());
    header[8..16].copy_from_slice(&base.0.to_le_bytes());
    header[16..20].copy_from_slice(&count.to_le_bytes());
    header[20..28].copy_from_slice(&newest.millis().to_le_bytes());
    let origin = last_origin.map_or(NONE, |origin| origin.0);
    header[28..36].copy_from_slice(&origin.to_le_bytes());
    header[36..40].copy_from_slice(&crc32c::crc32c(body).to_le_bytes());
    let sum = crc32c::crc32c(&header[..40]);
    header[40..].copy_from_slice(&sum.to_le_bytes());
}

/// The header at the start of `bytes`.
pub(crate) fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let Some((mut header, _)) = bytes
        .split_first_chunk::<HEADER_BYTES>()
        .map(|(header, rest)| (&header[..], rest))
    else {
        return Err(Flaw::Short(HEADER_BYTES));
    };
    let sum = crc32c::crc32c(&header[..40]);
    if header[..4] != MAGIC || header[40..] != sum.to_le_bytes() {
        return Err(Flaw::Damaged);
    }
    header.advance(MAGIC.len());
    let body_bytes = header.get_u32_le() as usize;
    let base = Offset(header.get_u64_le());
    let count = header.get_u32_le();
    let newest = Timestamp::from_millis(header.get_u64_le());
    let last_origin = Some(header.get_u64_le()).filter(|origin| *origin != NONE);
    let fits = (count as usize).saturating_mul(LEAST_EVENT_BYTES) <= body_bytes;
    let counts = base.0.checked_add(u64::from(count)).is_some();
    if count == 0 || !fits || !counts || body_bytes > MAX_BODY_BYTES {
        return Err(Flaw::Damaged);
    }
    Ok(Header {
        base,
        count,
        newest,
        last_origin: last_origin.map(Offset),
        body_bytes,
        body_sum: header.get_u32_le(),
    })
}

/// Whether `batch`, which begins with `header`, is whole and undamaged.
pub(crate) fn is_whole(header: &Header, batch: &[u8]) -> bool {
    let body = batch.get(HEADER_BYTES..header.bytes());
    body.is_some_and(|body| crc32c::crc32c(body) == header.body_sum)
}

/// The events of a whole batch, which begins with `header`; they share its memory.
pub(crate) fn events(header: &Header, batch: &Bytes) -> Result<Vec<Event>, Flaw> {
    if batch.len() < header.bytes() {
        return Err(Flaw::Short(header.bytes()));
    }
    if !is_whole(header, batch) {
        return Err(Flaw::Damaged);
    }
    let mut body = batch.slice(HEADER_BYTES..header.bytes());
    let mut events = Vec::with_capacity(header.count as usize);
    for number in 0..u64::from(header.count) {
        let offset = header.base.plus(number);
        events.push(event(offset, &mut body).ok_or(Flaw::Damaged)?);
    }
    if body.is_empty() {
        Ok(events)
    } else {
        Err(Flaw::Damaged)
    }
}

/// Takes one event off a body.
fn event(offset: Offset, body: &mut Bytes) -> Option<Event> {
    let at = Timestamp::from_millis(body.try_get_u64_le().ok()?);
    let origin = match body.try_get_u8().ok()? {
        0 => None,
        HAS_ORIGIN => Some(Offset(body.try_get_u64_le().ok()?)),
        _ => return None,
    };
    let key_bytes = body.try_get_u32_le().ok()? as usize;
    let payload_bytes = body.try_get_u32_le().ok()? as usize;
    if body.len() < key_bytes.checked_add(payload_bytes)? {
        return None;
    }
    Some(Event {
        offset,
        at,
        key: body.split_to(key_bytes),
        payload: body.split_to(payload_bytes),
        origin,
    })
}

#[cfg(test)]
mod tests;
