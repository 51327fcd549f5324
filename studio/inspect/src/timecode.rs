//! The timecode of a master's first frame, wherever its container keeps it.

use contracts_studio::master::Timecode;

use crate::raw::{Probe, Stream};

/// The picture's own timecode first, then that of a timecode track, then the container's, then what
/// comes with the first frame.
pub(crate) fn timecode(probe: &Probe, video: &Stream, first: &Probe) -> Option<Timecode> {
    let tracks = probe
        .streams
        .iter()
        .filter(|stream| stream.codec_type == "data")
        .filter_map(|stream| stream.tag("timecode"));
    let container = probe
        .format
        .tags
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("timecode"))
        .map(|(_, value)| value.as_str());
    let with_frame = first
        .frames
        .iter()
        .flat_map(|frame| &frame.side_data_list)
        .flat_map(|data| &data.timecodes)
        .map(|entry| entry.value.as_str());
    video
        .tag("timecode")
        .into_iter()
        .chain(tracks)
        .chain(container)
        .chain(with_frame)
        .find_map(parse)
}

/// `01:00:00:00`, with `;` or `.` before the frames where numbers are dropped.
fn parse(text: &str) -> Option<Timecode> {
    let fields: Vec<u8> = text
        .trim()
        .split([':', ';', '.'])
        .map(|field| (field.len() <= 3).then(|| field.parse().ok()).flatten())
        .collect::<Option<_>>()?;
    let &[hours, minutes, seconds, frames] = fields.as_slice() else {
        return None;
    };
    let in_a_day = hours < 24 && minutes < 60 && seconds < 60;
    in_a_day.then_some(Timecode {
        hours,
        minutes,
        seconds,
        frames,
        drop_frame: text.contains([';', '.']),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_of_writing_one_is_read() {
        for (text, written) in [
            ("01:00:00:00", "01:00:00:00"),
            ("10:02:59;28", "10:02:59;28"),
            ("00:59:56.03", "00:59:56;03"),
            (" 1:2:3:4 ", "01:02:03:04"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), written);
        }
        for text in ["", "01:00:00", "25:00:00:00", "aa:bb:cc:dd", "1:2:3:4:5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in "[0-9:;.]{0,14}") {
            if let Some(found) = parse(&text) {
                prop_assert_eq!(parse(&found.to_string()), Some(found));
            }
        }
    }
}
