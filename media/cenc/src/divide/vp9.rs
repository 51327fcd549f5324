//! VP9: a frame, or a superframe of several and their index.

use cros_codecs::codec::vp9::parser::Parser;

use super::{DivideError, Parts};

/// The frames of a track.
#[derive(Default)]
pub(super) struct Frames(Parser);

impl Frames {
    pub(super) fn divide(&mut self, sample: &[u8], parts: &mut Parts) -> Result<(), DivideError> {
        let frames = self.0.parse_chunk(sample).map_err(DivideError::Frame)?;
        let mut at = 0;
        for frame in frames {
            let bytes = frame.as_ref().len();
            let clear = usize::from(frame.header.uncompressed_header_size_in_bytes).min(bytes);
            // A frame that shows an earlier one again is nothing but its header.
            let clear = if frame.header.show_existing_frame {
                bytes
            } else {
                clear
            };
            parts.protect(at + clear, bytes - clear);
            at += bytes;
        }
        Ok(())
    }
}
