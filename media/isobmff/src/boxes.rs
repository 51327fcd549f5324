//! Box headers: walking the boxes inside a box, and writing one.

use crate::fields::Fields;
use crate::{BoxError, FourCc, Problem};

/// A box in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawBox<'a> {
    pub(crate) kind: FourCc,
    /// Where the header begins in the file.
    pub(crate) offset: u64,
    /// Bytes of header before the body.
    pub(crate) header: usize,
    pub(crate) body: &'a [u8],
}

impl<'a> RawBox<'a> {
    pub(crate) fn fields(&self) -> Fields<'a> {
        Fields::new(self.body, self.kind, self.offset)
    }

    /// The box at a file's beginning.
    #[cfg(test)]
    pub(crate) const fn first(kind: [u8; 4], body: &'a [u8]) -> Self {
        Self {
            kind: FourCc(kind),
            offset: 0,
            header: 8,
            body,
        }
    }

    pub(crate) fn error(&self, problem: Problem) -> BoxError {
        BoxError {
            kind: self.kind,
            offset: self.offset,
            problem,
        }
    }

    /// The boxes inside, the first `skip` bytes of the body being fields.
    pub(crate) fn children(&self, skip: usize) -> Children<'a> {
        let skip = skip.min(self.body.len());
        Children {
            rest: &self.body[skip..],
            offset: self.offset + (self.header + skip) as u64,
        }
    }

    /// The first box of that kind inside.
    pub(crate) fn find(&self, kind: [u8; 4]) -> Result<Option<RawBox<'a>>, BoxError> {
        for child in self.children(0) {
            let child = child?;
            if child.kind == FourCc(kind) {
                return Ok(Some(child));
            }
        }
        Ok(None)
    }

    /// As [`Self::find`], for a box that must be there.
    pub(crate) fn need(&self, kind: [u8; 4]) -> Result<RawBox<'a>, BoxError> {
        self.find(kind)?
            .ok_or_else(|| self.error(Problem::Missing(FourCc(kind))))
    }

    /// Bytes of header and body.
    pub(crate) fn size(&self) -> u64 {
        (self.header + self.body.len()) as u64
    }
}

/// The size and the kind that a header states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) kind: FourCc,
    /// Bytes of header.
    pub(crate) length: usize,
    /// Bytes of header and body; `None` for a box that reaches to the end of its parent.
    pub(crate) size: Option<u64>,
}

/// Reads the header at the start of `bytes`, which begin at `offset` of the file. `Ok(None)` when
/// there are too few bytes for one.
pub(crate) fn header(bytes: &[u8], offset: u64) -> Result<Option<Header>, BoxError> {
    let Some((size, rest)) = bytes.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let Some((kind, rest)) = rest.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let kind = FourCc(*kind);
    let (length, size) = match u32::from_be_bytes(*size) {
        0 => (8, None),
        1 => match rest.first_chunk::<8>() {
            Some(large) => (16, Some(u64::from_be_bytes(*large))),
            None => return Ok(None),
        },
        size => (8, Some(u64::from(size))),
    };
    if size.is_some_and(|size| size < length as u64) {
        return Err(BoxError {
            kind,
            offset,
            problem: Problem::Undersized,
        });
    }
    Ok(Some(Header { kind, length, size }))
}

/// The boxes in a run of bytes.
pub(crate) struct Children<'a> {
    rest: &'a [u8],
    offset: u64,
}

impl<'a> Children<'a> {
    /// The boxes of `bytes`, which begin at `offset` of the file.
    pub(crate) fn of(bytes: &'a [u8], offset: u64) -> Self {
        Self {
            rest: bytes,
            offset,
        }
    }

    fn step(&mut self) -> Result<Option<RawBox<'a>>, BoxError> {
        let end = self.offset.saturating_add(self.rest.len() as u64);
        let Some(Header { kind, length, size }) = header(self.rest, self.offset)? else {
            // Fewer bytes than a header: padding, which ffmpeg and QuickTime both leave.
            return Ok(None);
        };
        let size = size.unwrap_or(self.rest.len() as u64);
        let whole = usize::try_from(size)
            .ok()
            .and_then(|size| self.rest.split_at_checked(size));
        let Some((whole, rest)) = whole else {
            let problem = Problem::Overrun { size, end };
            return Err(BoxError {
                kind,
                offset: self.offset,
                problem,
            });
        };
        let found = RawBox {
            kind,
            offset: self.offset,
            header: length,
            body: &whole[length..],
        };
        self.rest = rest;
        self.offset += size;
        Ok(Some(found))
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<RawBox<'a>, BoxError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            self.rest = &[];
        }
        step
    }
}

/// Appends a box whose body `fill` writes.
pub(crate) fn put(out: &mut Vec<u8>, kind: [u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&kind);
    fill(out);
    let size = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
}

/// Appends a full box: one with a version and flags.
pub(crate) fn put_full(
    out: &mut Vec<u8>,
    kind: [u8; 4],
    version: u8,
    flags: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    put(out, kind, |out| {
        put_u32(out, u32::from(version) << 24 | flags);
        fill(out);
    });
}

pub(crate) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(crate) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Several 32-bit fields in a row.
pub(crate) fn put_words<const N: usize>(out: &mut Vec<u8>, words: [u32; N]) {
    for word in words {
        put_u32(out, word);
    }
}

pub(crate) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}
