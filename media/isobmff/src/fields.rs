//! A cursor over the fields of one box, whose every error names the box.

use crate::{BoxError, FourCc, Problem};

/// Reads big-endian fields in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    kind: FourCc,
    offset: u64,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8], kind: FourCc, offset: u64) -> Self {
        Self {
            rest: bytes,
            kind,
            offset,
        }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn error(&self, problem: Problem) -> BoxError {
        BoxError {
            kind: self.kind,
            offset: self.offset,
            problem,
        }
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], BoxError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| self.error(Problem::Truncated))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], BoxError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.error(Problem::Truncated))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn skip(&mut self, count: usize) -> Result<(), BoxError> {
        self.take(count).map(|_| ())
    }

    pub(crate) fn u8(&mut self) -> Result<u8, BoxError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, BoxError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, BoxError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, BoxError> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, BoxError> {
        self.array().map(u64::from_be_bytes)
    }

    /// Four bytes in version 0 of a box, eight in later ones.
    pub(crate) fn u32_or_u64(&mut self, version: u8) -> Result<u64, BoxError> {
        if version == 0 {
            self.u32().map(u64::from)
        } else {
            self.u64()
        }
    }

    /// The version and the flags of a full box.
    pub(crate) fn version_and_flags(&mut self) -> Result<(u8, u32), BoxError> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0x00ff_ffff))
    }

    /// A count of entries that the box has room for at `entry_bytes` each.
    pub(crate) fn count(&mut self, entry_bytes: usize) -> Result<u32, BoxError> {
        let count = self.u32()?;
        if (count as usize).saturating_mul(entry_bytes) > self.rest.len() {
            return Err(self.error(Problem::Truncated));
        }
        Ok(count)
    }
}
