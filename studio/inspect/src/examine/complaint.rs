//! What decoders and readers say of damaged input.

/// Phrases that mean damage.
const COMPLAINTS: [&str; 8] = [
    "Invalid data found",
    "rror while decoding",
    "Error submitting packet to decoder",
    "decode_slice_header error",
    "concealing",
    "Invalid NAL unit",
    "partial file",
    "corrupt",
];

/// Whether a line of ffmpeg's tells of damage.
pub fn is_complaint(line: &str) -> bool {
    COMPLAINTS.iter().any(|phrase| line.contains(phrase))
}

/// The stream a line speaks of, where it names one: `[aist#0:1/aac @ 0x5581]`.
pub(super) fn stream_of(line: &str) -> Option<u32> {
    let (_, behind) = line.split_once("ist#0:")?;
    let digits = behind.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_read_where_it_is_named() {
        let line =
            "[aist#0:1/aac @ 0x5] [dec:aac @ 0x6] Error submitting packet to decoder: Invalid data";
        assert!(is_complaint(line));
        assert_eq!(stream_of(line), Some(1));
        assert_eq!(stream_of("[h264 @ 0x1] concealing 90 DC errors"), None);
        assert!(!is_complaint(
            "[swscaler @ 0x4] deprecated pixel format used"
        ));
    }
}
