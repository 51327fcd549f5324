//! What ffmpeg's `metadata` filter prints of the frames that begin a new shot.

/// Longest line that is looked at; `frame:123 pts:123 pts_time:4.92` is under 60 bytes.
const LINE: usize = 256;

/// Collects the frame numbers out of a printed stream that arrives in pieces of any size. Lines that
/// are not understood are left out: the worst a strange build of ffmpeg does is to find no cuts.
#[derive(Debug, Default)]
pub(crate) struct CutReader {
    line: Vec<u8>,
    cuts: Vec<u64>,
}

impl CutReader {
    /// Takes bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.cuts
                    .extend(frame_number(&String::from_utf8_lossy(&line)));
            } else if self.line.len() < LINE {
                self.line.push(*byte);
            }
        }
    }

    /// The frames that begin a shot, in order, each once.
    pub(crate) fn finish(mut self) -> Vec<u64> {
        self.cuts.sort_unstable();
        self.cuts.dedup();
        self.cuts
    }
}

/// The timestamp, which on the grid is the frame's number.
fn frame_number(line: &str) -> Option<u64> {
    let (_, after) = line.strip_prefix("frame:")?.split_once("pts:")?;
    after.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRINTED: &[u8] = b"frame:76   pts:76      pts_time:3.04\nlavfi.scd.time=3.04\n\
        frame:0 pts:NOPTS pts_time:N/A\nframe:121  pts:121     pts_time:4.84\n";

    #[test]
    fn cuts_are_read_from_what_the_filter_prints() {
        let mut reader = CutReader::default();
        reader.feed(PRINTED);
        assert_eq!(reader.finish(), [76, 121]);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_and_any_bytes_are_fine(
            cut in 0..PRINTED.len(), noise in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let mut reader = CutReader::default();
            reader.feed(&PRINTED[..cut]);
            reader.feed(&PRINTED[cut..]);
            reader.feed(&noise);
            prop_assert!(reader.finish().starts_with(&[76, 121]) || !noise.is_empty());
        }
    }
}
