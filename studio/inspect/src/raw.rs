//! ffprobe's JSON as it comes: everything optional, numbers as text. Nothing here is trusted.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Probe {
    pub(crate) streams: Vec<Stream>,
    pub(crate) format: Format,
    pub(crate) packets: Vec<Packet>,
    pub(crate) frames: Vec<Frame>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names are ffprobe's")]
pub(crate) struct Format {
    pub(crate) format_name: String,
    pub(crate) duration: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Packet {
    pub(crate) side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names are ffprobe's")]
pub(crate) struct SideData {
    pub(crate) side_data_type: String,
    pub(crate) rotation: Option<f64>,
    pub(crate) red_x: Option<String>,
    pub(crate) red_y: Option<String>,
    pub(crate) green_x: Option<String>,
    pub(crate) green_y: Option<String>,
    pub(crate) blue_x: Option<String>,
    pub(crate) blue_y: Option<String>,
    pub(crate) white_point_x: Option<String>,
    pub(crate) white_point_y: Option<String>,
    pub(crate) min_luminance: Option<String>,
    pub(crate) max_luminance: Option<String>,
    pub(crate) max_content: Option<u32>,
    pub(crate) max_average: Option<u32>,
    pub(crate) dv_profile: Option<u8>,
    pub(crate) timecodes: Vec<TimecodeEntry>,
}

/// A decoded frame, of which only what comes with it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Frame {
    pub(crate) side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TimecodeEntry {
    pub(crate) value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stream {
    pub(crate) index: u32,
    pub(crate) codec_name: Option<String>,
    pub(crate) codec_type: String,
    pub(crate) codec_tag_string: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) sample_aspect_ratio: Option<String>,
    pub(crate) pix_fmt: Option<String>,
    pub(crate) bits_per_raw_sample: Option<String>,
    pub(crate) color_range: Option<String>,
    pub(crate) color_space: Option<String>,
    pub(crate) color_transfer: Option<String>,
    pub(crate) color_primaries: Option<String>,
    pub(crate) field_order: Option<String>,
    pub(crate) r_frame_rate: Option<String>,
    pub(crate) avg_frame_rate: Option<String>,
    pub(crate) start_time: Option<String>,
    pub(crate) duration: Option<String>,
    pub(crate) sample_rate: Option<String>,
    pub(crate) channels: u16,
    pub(crate) channel_layout: Option<String>,
    pub(crate) disposition: BTreeMap<String, i64>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) side_data_list: Vec<SideData>,
}

impl Stream {
    pub(crate) fn is(&self, disposition: &str) -> bool {
        self.disposition
            .get(disposition)
            .is_some_and(|set| *set != 0)
    }

    /// A tag by its name in any case: containers disagree on it.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let found = self
            .tags
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn start_ms(&self) -> i64 {
        self.start_time
            .as_deref()
            .and_then(seconds)
            .map_or(0, |start| (start * 1000.0).round() as i64)
    }

    /// The stream's own length; Matroska keeps the time of its end in a tag instead.
    pub(crate) fn duration_ms(&self) -> Option<u64> {
        let direct = self.duration.as_deref().and_then(positive_ms);
        let from_tag = || {
            let end = clock_ms(self.tag("DURATION")?)?;
            Some(end.saturating_sub(u64::try_from(self.start_ms()).unwrap_or(0)))
        };
        direct.or_else(from_tag).filter(|length| *length > 0)
    }
}

/// A finite number of seconds.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
}

/// A length in milliseconds, when it is one.
pub(crate) fn positive_ms(text: &str) -> Option<u64> {
    let ms = seconds(text).map(|value| (value * 1000.0).round())?;
    (ms >= 1.0).then_some(ms as u64)
}

/// `00:00:26.113000000` in milliseconds.
fn clock_ms(text: &str) -> Option<u64> {
    let mut parts = text.splitn(3, ':');
    let hours: u64 = parts.next()?.trim().parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let rest = positive_ms(parts.next()?).unwrap_or(0);
    hours
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60_000)?
        .checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matroskas_length_is_the_end_less_the_start() {
        let tags = [("Duration".to_owned(), "00:00:26.113000000".to_owned())].into();
        let stream = Stream {
            start_time: Some("0.033".into()),
            tags,
            ..Stream::default()
        };
        assert_eq!(stream.duration_ms(), Some(26_080));
    }

    #[test]
    fn times_that_are_none_are_nothing() {
        for text in ["N/A", "", "nan", "inf", "-3", "0"] {
            assert_eq!(positive_ms(text), None, "{text}");
        }
        assert_eq!(clock_ms("99999999999999999999:00:00"), None);
    }
}
