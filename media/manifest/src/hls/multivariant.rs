//! The multivariant playlist: every rendition of one title and how they go together.

use std::fmt;

use super::VERSION;
use super::attributes::TagWriter;
use super::lines::uri_text;
use super::protection::Key;

/// The multivariant playlist of one title.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MultivariantPlaylist {
    /// Holds for every segment of every rendition.
    pub independent_segments: bool,
    /// Where to ask which pathway to prefer.
    pub steering: Option<ContentSteering>,
    /// Audio and subtitles, group by group.
    pub renditions: Vec<Rendition>,
    /// Video with the groups that go with it; a player without a measurement starts with the first.
    pub variants: Vec<Variant>,
    /// Pictures alone, to look at while winding.
    pub iframes: Vec<IFrameVariant>,
    /// The keys that renditions need, said early so that a player asks for them early.
    pub session_keys: Vec<Key>,
}

/// Where the steering manifest is (`EXT-X-CONTENT-STEERING`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentSteering {
    /// Absolute, or relative to the playlist.
    pub server_uri: String,
    /// The pathway to use until the first answer.
    pub pathway_id: Option<String>,
}

/// What an alternative rendition carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RenditionKind {
    /// Sound.
    Audio,
    /// Timed text.
    Subtitles,
}

impl RenditionKind {
    /// The value of `TYPE`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "AUDIO",
            Self::Subtitles => "SUBTITLES",
        }
    }
}

/// One audio or subtitle rendition (`EXT-X-MEDIA`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// What it carries.
    pub kind: RenditionKind,
    /// The group that variants name.
    pub group_id: String,
    /// What a viewer picks it by; unique in its group.
    pub name: String,
    /// BCP 47.
    pub language: Option<String>,
    /// Its media playlist; absent when the sound is inside the video's segments.
    pub uri: Option<String>,
    /// Chosen when the viewer has not said.
    pub default: bool,
    /// May be chosen because it is in the viewer's language.
    pub autoselect: bool,
    /// Speakers fed, for audio.
    pub channels: Option<u32>,
}

/// Pixels across and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Resolution {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

/// Frames a second in thousandths, the precision the format has: 23976 is 23.976.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameRate(pub u32);

impl FrameRate {
    /// `numerator / denominator` frames a second, rounded to the nearest thousandth; a denominator of
    /// zero is taken as one.
    pub fn from_fraction(numerator: u32, denominator: u32) -> Self {
        let denominator = u64::from(denominator.max(1));
        let thousandths = (u64::from(numerator) * 1_000 + denominator / 2) / denominator;
        Self(u32::try_from(thousandths).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// One video rendition with what goes with it (`EXT-X-STREAM-INF`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its media playlist.
    pub uri: String,
    /// The peak of video and the heaviest audio together, in bits a second.
    pub bandwidth: u64,
    /// The average of the same, in bits a second.
    pub average_bandwidth: Option<u64>,
    /// RFC 6381 names of video and audio.
    pub codecs: Vec<String>,
    /// The picture's size.
    pub resolution: Option<Resolution>,
    /// The highest frame rate in it.
    pub frame_rate: Option<FrameRate>,
    /// The brightness its numbers mean; standard when absent.
    pub video_range: Option<VideoRange>,
    /// The group of its audio renditions.
    pub audio: Option<String>,
    /// The group of its subtitles.
    pub subtitles: Option<String>,
    /// The pathway it belongs to; `.` when absent.
    pub pathway_id: Option<String>,
}

/// The value of `VIDEO-RANGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VideoRange {
    /// Standard.
    Sdr,
    /// High, by the curve of SMPTE ST 2084.
    Pq,
    /// High, by hybrid log-gamma.
    Hlg,
}

impl VideoRange {
    /// Each value with its text.
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Sdr, "SDR"), (Self::Pq, "PQ"), (Self::Hlg, "HLG")];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sdr => "SDR",
            Self::Pq => "PQ",
            Self::Hlg => "HLG",
        }
    }
}

/// A rendition of key frames alone (`EXT-X-I-FRAME-STREAM-INF`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IFrameVariant {
    /// Its media playlist, which says `EXT-X-I-FRAMES-ONLY`.
    pub uri: String,
    /// The peak when every frame is loaded, in bits a second.
    pub bandwidth: u64,
    /// The average of the same, in bits a second.
    pub average_bandwidth: Option<u64>,
    /// RFC 6381 names of video.
    pub codecs: Vec<String>,
    /// The picture's size.
    pub resolution: Option<Resolution>,
    /// The brightness its numbers mean; standard when absent.
    pub video_range: Option<VideoRange>,
    /// The pathway it belongs to; `.` when absent.
    pub pathway_id: Option<String>,
}

impl MultivariantPlaylist {
    /// The playlist's text. It says that no variant has closed captions inside the video.
    pub fn to_text(&self) -> String {
        let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{VERSION}\n");
        if self.independent_segments {
            text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        if let Some(steering) = &self.steering {
            let tag = TagWriter::new("#EXT-X-CONTENT-STEERING")
                .quoted("SERVER-URI", &uri_text(&steering.server_uri))
                .quoted_if("PATHWAY-ID", steering.pathway_id.as_deref());
            text.push_str(&tag.finish());
            text.push('\n');
        }
        for key in &self.session_keys {
            text.push_str(&key.to_tag("#EXT-X-SESSION-KEY"));
            text.push('\n');
        }
        for rendition in &self.renditions {
            text.push_str(&rendition.to_tag());
            text.push('\n');
        }
        for variant in &self.variants {
            text.push_str(&variant.to_tag());
            text.push('\n');
            text.push_str(&uri_text(&variant.uri));
            text.push('\n');
        }
        for iframes in &self.iframes {
            text.push_str(&iframes.to_tag());
            text.push('\n');
        }
        text
    }
}

impl Rendition {
    fn to_tag(&self) -> String {
        let yes_no = |yes: bool| if yes { "YES" } else { "NO" };
        // The specification requires AUTOSELECT to be YES where DEFAULT is.
        let mut tag = TagWriter::new("#EXT-X-MEDIA")
            .bare("TYPE", self.kind.as_str())
            .quoted("GROUP-ID", &self.group_id)
            .quoted("NAME", &self.name)
            .quoted_if("LANGUAGE", self.language.as_deref())
            .bare("DEFAULT", yes_no(self.default))
            .bare("AUTOSELECT", yes_no(self.autoselect || self.default));
        if let Some(channels) = self.channels {
            tag = tag.quoted("CHANNELS", &channels.to_string());
        }
        tag.quoted_if("URI", self.uri.as_deref().map(uri_text).as_deref())
            .finish()
    }
}

impl Variant {
    fn to_tag(&self) -> String {
        let mut tag = TagWriter::new("#EXT-X-STREAM-INF").bare("BANDWIDTH", self.bandwidth);
        if let Some(average) = self.average_bandwidth {
            tag = tag.bare("AVERAGE-BANDWIDTH", average);
        }
        if !self.codecs.is_empty() {
            tag = tag.quoted("CODECS", &self.codecs.join(","));
        }
        if let Some(Resolution { width, height }) = self.resolution {
            tag = tag.bare("RESOLUTION", format_args!("{width}x{height}"));
        }
        if let Some(rate) = self.frame_rate {
            tag = tag.bare("FRAME-RATE", rate);
        }
        if let Some(range) = self.video_range {
            tag = tag.bare("VIDEO-RANGE", range.as_str());
        }
        tag.quoted_if("AUDIO", self.audio.as_deref())
            .quoted_if("SUBTITLES", self.subtitles.as_deref())
            .bare("CLOSED-CAPTIONS", "NONE")
            .quoted_if("PATHWAY-ID", self.pathway_id.as_deref())
            .finish()
    }
}

impl IFrameVariant {
    fn to_tag(&self) -> String {
        let mut tag = TagWriter::new("#EXT-X-I-FRAME-STREAM-INF").bare("BANDWIDTH", self.bandwidth);
        if let Some(average) = self.average_bandwidth {
            tag = tag.bare("AVERAGE-BANDWIDTH", average);
        }
        if !self.codecs.is_empty() {
            tag = tag.quoted("CODECS", &self.codecs.join(","));
        }
        if let Some(Resolution { width, height }) = self.resolution {
            tag = tag.bare("RESOLUTION", format_args!("{width}x{height}"));
        }
        if let Some(range) = self.video_range {
            tag = tag.bare("VIDEO-RANGE", range.as_str());
        }
        tag.quoted_if("PATHWAY-ID", self.pathway_id.as_deref())
            .quoted("URI", &uri_text(&self.uri))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_rates_have_three_decimals() {
        assert_eq!(
            FrameRate::from_fraction(24_000, 1_001).to_string(),
            "23.976"
        );
        assert_eq!(FrameRate::from_fraction(25, 1).to_string(), "25.000");
        assert_eq!(FrameRate::from_fraction(60_000, 1_001), FrameRate(59_940));
        assert_eq!(FrameRate::from_fraction(30, 0), FrameRate(30_000));
    }
}
