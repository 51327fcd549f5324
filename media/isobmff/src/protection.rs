//! Common encryption (ISO/IEC 23001-7) as boxes say it: how a track is encrypted, and which bytes of a sample are.
//!
//! Nothing here encrypts; keys are not known to this crate.

mod aux_info;

use crate::boxes::{RawBox, put, put_full, put_u32};
use crate::{BoxError, FourCc, Problem};

pub use aux_info::{SegmentSample, segment_samples};
pub(crate) use aux_info::{put_aux_info, saiz_fits};

/// The system id of the `pssh` that lists key ids and nothing else (W3C, "cenc" initialization data format).
pub const COMMON_SYSTEM: [u8; 16] = [
    0x10, 0x77, 0xef, 0xec, 0xc0, 0xb2, 0x4d, 0x02, 0xac, 0xe3, 0x3c, 0x1e, 0x52, 0xe2, 0xfb, 0x4b,
];

/// How the samples of a track are encrypted (`schm` and `tenc`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// `cbcs`, or another of the standard's schemes in files of others.
    pub scheme: FourCc,
    /// Which key.
    pub key_id: [u8; 16],
    /// Which blocks of a protected range are encrypted.
    pub pattern: Pattern,
    /// Where every range's cipher begins; [`Vector::PerSample`] in other schemes.
    pub vector: Vector,
}

/// Blocks of 16 bytes that are encrypted, and that are left as they are, by turns; 0 and 0: all are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pattern {
    /// Encrypted.
    pub crypt: u8,
    /// Left.
    pub skip: u8,
}

/// The initialization vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vector {
    /// One for the track.
    Constant([u8; 16]),
    /// One for each sample, of that many bytes, beside the samples.
    PerSample(u8),
}

/// Bytes of a sample that are in clear, and bytes after them that are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subsample {
    /// In clear.
    pub clear: u16,
    /// Protected.
    pub protected: u32,
}

impl Protection {
    /// The scheme `cbcs`.
    pub const CBCS: FourCc = FourCc(*b"cbcs");

    /// Reads the `sinf` of an entry; gives the entry as it is without protection.
    pub(crate) fn of(
        entry: RawBox<'_>,
        skip: usize,
    ) -> Result<(RawBox<'_>, Option<Self>), BoxError> {
        let mut children = entry.children(skip);
        let named = |child: &Result<RawBox<'_>, BoxError>| {
            child
                .as_ref()
                .map_or(true, |child| child.kind == FourCc(*b"sinf"))
        };
        let Some(sinf) = children.find(named).transpose()? else {
            let problem = Problem::Missing(FourCc(*b"sinf"));
            return Err(entry.error(problem));
        };
        let kind = FourCc(sinf.need(*b"frma")?.fields().array()?);
        let mut schm = sinf.need(*b"schm")?.fields();
        schm.version_and_flags()?;
        let scheme = FourCc(schm.array()?);
        let tenc = sinf.need(*b"schi")?.need(*b"tenc")?;
        let protection = Self::read_tenc(tenc, scheme)?;
        Ok((RawBox { kind, ..entry }, protection))
    }

    /// `None` where samples are not encrypted unless a group says so.
    fn read_tenc(tenc: RawBox<'_>, scheme: FourCc) -> Result<Option<Self>, BoxError> {
        let mut fields = tenc.fields();
        let (version, _) = fields.version_and_flags()?;
        let [_, blocks, protected, iv_bytes] = fields.array()?;
        let key_id = fields.array()?;
        if protected == 0 {
            return Ok(None);
        }
        let pattern = match version {
            0 => Pattern::default(),
            _ => Pattern {
                crypt: blocks >> 4,
                skip: blocks & 0xf,
            },
        };
        let vector = match iv_bytes {
            0 => {
                let stated = usize::from(fields.u8()?);
                if !matches!(stated, 8 | 16) {
                    return Err(tenc.error(Problem::Inconsistent(
                        "its initialization vector has neither 8 nor 16 bytes",
                    )));
                }
                let mut vector = [0; 16];
                vector[..stated].copy_from_slice(fields.take(stated)?);
                Vector::Constant(vector)
            }
            8 | 16 => Vector::PerSample(iv_bytes),
            _ => {
                return Err(tenc.error(Problem::Inconsistent(
                    "its initialization vectors have neither 8 nor 16 bytes",
                )));
            }
        };
        Ok(Some(Self {
            scheme,
            key_id,
            pattern,
            vector,
        }))
    }

    /// The entry that `clear` is, as one of protected samples.
    pub(crate) fn enclose(&self, clear: &[u8], picture: bool) -> Vec<u8> {
        let (header, body) = clear.split_at(8);
        let kind = if picture { *b"encv" } else { *b"enca" };
        let mut out = Vec::with_capacity(clear.len() + 96);
        put(&mut out, kind, |out| {
            out.extend_from_slice(body);
            put(out, *b"sinf", |out| {
                put(out, *b"frma", |out| out.extend_from_slice(&header[4..]));
                put_full(out, *b"schm", 0, 0, |out| {
                    out.extend_from_slice(&self.scheme.0);
                    put_u32(out, 0x1_0000);
                });
                put(out, *b"schi", |out| self.put_tenc(out));
            });
        });
        out
    }

    fn put_tenc(&self, out: &mut Vec<u8>) {
        put_full(out, *b"tenc", 1, 0, |out| {
            let blocks = self.pattern.crypt << 4 | self.pattern.skip & 0xf;
            let iv_bytes = match self.vector {
                Vector::Constant(_) => 0,
                Vector::PerSample(bytes) => bytes,
            };
            out.extend_from_slice(&[0, blocks, 1, iv_bytes]);
            out.extend_from_slice(&self.key_id);
            if let Vector::Constant(vector) = self.vector {
                out.push(vector.len() as u8);
                out.extend_from_slice(&vector);
            }
        });
    }
}

/// A `pssh` box that names keys and no key system.
pub fn common_pssh(key_ids: &[[u8; 16]]) -> Vec<u8> {
    let mut out = Vec::new();
    put_full(&mut out, *b"pssh", 1, 0, |out| {
        out.extend_from_slice(&COMMON_SYSTEM);
        put_u32(out, key_ids.len() as u32);
        for id in key_ids {
            out.extend_from_slice(id);
        }
        put_u32(out, 0);
    });
    out
}

#[cfg(test)]
mod tests;
