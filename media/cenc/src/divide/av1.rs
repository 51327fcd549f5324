//! AV1: a temporal unit of open bitstream units, of which tiles are encrypted.

use cros_codecs::codec::av1::parser::{FrameHeaderObu, ObuAction, ParsedObu, Parser, Tile};

use super::{DivideError, Parts};

/// Bytes of `av1C` before its units.
const FIXED: usize = 4;

/// The tiles of a track.
pub(super) struct Tiles(Parser);

impl Tiles {
    /// Of an `av1C`.
    pub(super) fn new(configuration: &[u8]) -> Result<Self, DivideError> {
        let mut tiles = Self(Parser::default());
        let header = configuration.get(FIXED..).unwrap_or_default();
        tiles.divide(header, &mut Parts::default())?;
        Ok(tiles)
    }

    pub(super) fn divide(&mut self, sample: &[u8], parts: &mut Parts) -> Result<(), DivideError> {
        let mut at = 0;
        while at < sample.len() {
            at += self
                .unit(&sample[at..], at, parts)
                .map_err(DivideError::Frame)?;
        }
        Ok(())
    }

    /// Takes the unit at the beginning of `rest`, which is at `at` of the sample; gives its bytes.
    fn unit(&mut self, rest: &[u8], at: usize, parts: &mut Parts) -> Result<usize, String> {
        // The parser wants a size in every unit, which players want too.
        if rest[0] & 2 == 0 {
            return Err("an AV1 unit does not say its size".to_owned());
        }
        let unit = match self.0.read_obu(rest)? {
            ObuAction::Process(unit) => unit,
            ObuAction::Drop(bytes) => return Ok((bytes as usize).max(1)),
        };
        let bytes = unit.bytes_used;
        if bytes > rest.len() {
            return Err("an AV1 unit runs past its sample".to_owned());
        }
        let body = at + bytes - unit.as_ref().len();
        match self.0.parse_obu(unit)? {
            ParsedObu::Frame(frame) => {
                protect(
                    &frame.tile_group.tiles,
                    body + frame.header.header_bytes,
                    parts,
                );
                self.shown(&frame.header)?;
            }
            ParsedObu::FrameHeader(header) if header.show_existing_frame => self.shown(&header)?,
            ParsedObu::FrameHeader(_) => {
                return Err("an AV1 frame is not in one unit with its header".to_owned());
            }
            _ => {}
        }
        Ok(bytes)
    }

    /// Later frames refer to it.
    fn shown(&mut self, header: &FrameHeaderObu) -> Result<(), String> {
        self.0.ref_frame_update(header)
    }
}

fn protect(tiles: &[Tile], group: usize, parts: &mut Parts) {
    for tile in tiles {
        parts.protect(group + tile.tile_offset as usize, tile.tile_size as usize);
    }
}
