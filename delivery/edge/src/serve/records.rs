//! Records of TLS 1.3 that are sealed where they lie: bytes are read into their places between headers and tags, and
//! no copy of them is made.
//!
//! rustls stays in charge. It says which records there are, in which order and with which key and number each is
//! sealed, as it does for every other; in its queue a record of a batch is a placeholder, which is exchanged for the
//! record on the way out. So keys are updated, alerts sent and limits kept as ever.

mod suites;

use std::cell::RefCell;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::ops::Range;

use ring::aead::{Aad, LessSafeKey, Nonce};
use rustls::ServerConnection;
use rustls::crypto::cipher::make_tls13_aad;

use crate::limits::SEAL_STEP;

pub(crate) use suites::provider;

/// Bytes of content that a record holds (RFC 8446, 5.1).
const CONTENT: usize = 16 << 10;
/// Bytes before the content: kind, version, length.
const HEADER: usize = 5;
/// Bytes behind it: what it is, and the tag.
const TRAILER: usize = 1 + 16;
/// A whole record.
const RECORD: usize = HEADER + CONTENT + TRAILER;
/// What a record of the answer says it is, within and without.
const APPLICATION_DATA: u8 = 23;
/// What is in rustls' queue for a record of a batch: no sealed record is empty.
const PLACEHOLDER: [u8; HEADER] = [APPLICATION_DATA, 3, 3, 0, 0];
/// What rustls is told to seal; it is never looked at.
static UNREAD: [u8; CONTENT] = [0; CONTENT];

thread_local! {
    /// The batch whose records are sealed at the moment.
    static SEALED: RefCell<Option<Batch>> = const { RefCell::new(None) };
}

/// Records in a row, with the places of their contents.
#[derive(Default)]
pub(crate) struct Batch {
    bytes: Box<[u8]>,
    /// Bytes of content.
    filled: usize,
    /// Records that are sealed.
    sealed: usize,
}

/// What goes out, in its order.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Of the batch.
    Batch(Range<usize>),
    /// Of what rustls sealed beside it.
    Other(Range<usize>),
}

/// A batch and what rustls has to send before, between and behind its records.
pub(crate) struct Outgoing<'a> {
    batch: &'a Batch,
    other: Vec<u8>,
    pieces: Vec<Piece>,
    /// Records of the batch that are among the pieces.
    records: usize,
}

impl Batch {
    /// One of [`SEAL_STEP`] bytes.
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; SEAL_STEP / CONTENT * RECORD].into(),
            filled: 0,
            sealed: 0,
        }
    }

    /// Where the next bytes belong, at most so many.
    pub(crate) fn places(&mut self, most: usize) -> Vec<IoSliceMut<'_>> {
        let records = self.bytes.chunks_exact_mut(RECORD);
        let starts = (0..most).step_by(CONTENT);
        records
            .zip(starts)
            .map(|(record, start)| {
                let bytes = CONTENT.min(most - start);
                IoSliceMut::new(&mut record[HEADER..HEADER + bytes])
            })
            .collect()
    }

    /// So many bytes are in their places.
    pub(crate) fn fill(&mut self, bytes: usize) {
        (self.filled, self.sealed) = (bytes, 0);
    }

    /// Bytes that are in their places.
    pub(crate) const fn filled(&self) -> usize {
        self.filled
    }

    /// The contents, as they are before they are sealed.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &[u8]> {
        let records = self.bytes.chunks_exact(RECORD);
        let bytes = (0..self.records()).map(|number| self.content_of(number));
        records
            .zip(bytes)
            .map(|(record, bytes)| &record[HEADER..HEADER + bytes])
    }

    fn records(&self) -> usize {
        self.filled.div_ceil(CONTENT)
    }

    /// Bytes of content of a record.
    fn content_of(&self, number: usize) -> usize {
        CONTENT.min(self.filled - number * CONTENT)
    }

    /// Where a record lies.
    fn place_of(&self, number: usize) -> Range<usize> {
        let start = number * RECORD;
        start..start + HEADER + self.content_of(number) + TRAILER
    }

    /// Seals the next record, which holds so many bytes; whether there was one.
    fn seal(&mut self, bytes: usize, key: &LessSafeKey, nonce: Nonce) -> bool {
        let number = self.sealed;
        if number == self.records() || bytes != self.content_of(number) {
            return false;
        }
        let place = self.place_of(number);
        let record = &mut self.bytes[place];
        let header = make_tls13_aad(bytes + TRAILER);
        record[..HEADER].copy_from_slice(&header);
        let (content, tag) = record[HEADER..].split_at_mut(bytes + 1);
        content[bytes] = APPLICATION_DATA;
        let Ok(sealed) = key.seal_in_place_separate_tag(nonce, Aad::from(header), content) else {
            return false;
        };
        tag.copy_from_slice(sealed.as_ref());
        self.sealed += 1;
        true
    }
}

/// Seals the next record of the batch of this thread; `None` when there is none, and else whether it could be.
fn seal_next(bytes: usize, key: &LessSafeKey, nonce: impl FnOnce() -> Nonce) -> Option<bool> {
    SEALED.with_borrow_mut(|batch| {
        let batch = batch.as_mut()?;
        Some(batch.seal(bytes, key, nonce()))
    })
}

/// Seals a batch by a session of TLS 1.3 of [`provider`] whose handshake is over and of whose queue nothing has gone out
/// in part; gives all that the session has to send.
pub(crate) fn seal<'a>(
    tls: &mut ServerConnection,
    batch: &'a mut Batch,
) -> io::Result<Outgoing<'a>> {
    let records = batch.records();
    let contents: Vec<usize> = (0..records)
        .map(|number| batch.content_of(number))
        .collect();
    SEALED.set(Some(std::mem::take(batch)));
    let told = contents
        .into_iter()
        .try_for_each(|bytes| tls.writer().write_all(&UNREAD[..bytes]));
    *batch = SEALED.take().unwrap_or_default();
    told?;
    let mut outgoing = Outgoing {
        batch,
        other: Vec::new(),
        pieces: Vec::new(),
        records: 0,
    };
    while tls.wants_write() {
        tls.write_tls(&mut outgoing)?;
    }
    // Not one record may be missing from what the numbers say was sent.
    if outgoing.records != records || outgoing.batch.sealed != records {
        return Err(io::Error::other("a record was not sealed"));
    }
    Ok(outgoing)
}

impl Outgoing<'_> {
    /// What there is to send.
    pub(crate) fn slices(&self) -> Vec<IoSlice<'_>> {
        let slice = |piece: &Piece| match piece {
            Piece::Batch(place) => IoSlice::new(&self.batch.bytes[place.clone()]),
            Piece::Other(place) => IoSlice::new(&self.other[place.clone()]),
        };
        self.pieces.iter().map(slice).collect()
    }

    /// What is left when so many bytes have gone out.
    pub(crate) fn left(&self, mut sent: usize) -> Vec<u8> {
        let mut left = Vec::new();
        for slice in self.slices() {
            let gone = sent.min(slice.len());
            left.extend_from_slice(&slice[gone..]);
            sent -= gone;
        }
        left
    }

    /// The next record of the batch goes out here.
    fn exchange(&mut self) -> io::Result<()> {
        if self.records == self.batch.sealed {
            return Err(io::Error::other("a placeholder without its record"));
        }
        let place = self.batch.place_of(self.records);
        self.records += 1;
        match self.pieces.last_mut() {
            Some(Piece::Batch(before)) if before.end == place.start => before.end = place.end,
            _ => self.pieces.push(Piece::Batch(place)),
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) {
        let start = self.other.len();
        self.other.extend_from_slice(bytes);
        match self.pieces.last_mut() {
            Some(Piece::Other(before)) => before.end = self.other.len(),
            _ => self.pieces.push(Piece::Other(start..self.other.len())),
        }
    }
}

/// What rustls sends, a record in each slice.
impl Write for Outgoing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes == PLACEHOLDER {
            self.exchange()?;
        } else {
            self.add(bytes);
        }
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        slices
            .iter()
            .try_fold(0, |sent, slice| Ok(sent + self.write(slice)?))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
