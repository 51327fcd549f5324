//! Dumps as they are published: plain, gzip or bzip2, told apart by how they begin.

use std::io::{self, BufRead, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;

use crate::limits::MAX_DUMP_BYTES;

/// The plain bytes of `input`, at most [`MAX_DUMP_BYTES`].
pub(crate) fn plain<'a>(mut input: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let plain: Box<dyn Read> = match input.fill_buf()? {
        [0x1F, 0x8B, ..] => Box::new(MultiGzDecoder::new(input)),
        [b'B', b'Z', b'h', ..] => Box::new(MultiBzDecoder::new(input)),
        _ => Box::new(input),
    };
    Ok(Box::new(plain.take(MAX_DUMP_BYTES)))
}
