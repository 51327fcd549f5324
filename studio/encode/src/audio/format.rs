//! What a sound track is encoded as.

use contracts_studio::{AudioCodec, EncodingProfile};
use serde::{Deserialize, Serialize};

use crate::limits::{
    AAC_FRAME, AAC_MONO_KBPS, AAC_STEREO_KBPS, AAC_SURROUND_KBPS, OPUS_FRAME, OPUS_MONO_KBPS,
    OPUS_STEREO_KBPS, OPUS_SURROUND_KBPS,
};

/// Codec and speakers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AudioFormat {
    /// What it is encoded in.
    pub codec: AudioCodec,
    /// Whether six channels are kept; otherwise everything is mixed down to two, and one stays one.
    pub surround: bool,
}

/// The formats a profile makes of a track with so many channels, AAC stereo first.
pub fn audio_formats(profile: EncodingProfile, channels: u16) -> Vec<AudioFormat> {
    let surround = profile.surround() && channels >= SURROUND;
    let kinds: &[bool] = if surround { &[false, true] } else { &[false] };
    let codecs = profile.audio().iter();
    codecs
        .flat_map(|&codec| {
            kinds
                .iter()
                .map(move |&surround| AudioFormat { codec, surround })
        })
        .collect()
}

/// Channels of 5.1.
const SURROUND: u16 = 6;

impl AudioFormat {
    /// Its name in file names, such as `aac-surround`.
    pub const fn name(self) -> &'static str {
        match (self.codec, self.surround) {
            (AudioCodec::Aac, false) => "aac",
            (AudioCodec::Aac, true) => "aac-surround",
            (AudioCodec::Opus, false) => "opus",
            (AudioCodec::Opus, true) => "opus-surround",
        }
    }

    /// Channels made of so many.
    pub(crate) fn channels(self, source: u16) -> u16 {
        match (self.surround, source) {
            (true, _) => SURROUND,
            (false, 1) => 1,
            (false, _) => 2,
        }
    }

    /// Samples of one access unit.
    pub(crate) const fn frame(self) -> u64 {
        match self.codec {
            AudioCodec::Aac => AAC_FRAME,
            AudioCodec::Opus => OPUS_FRAME,
        }
    }

    /// The encoder's arguments.
    pub(crate) fn arguments(self, channels: u16) -> Vec<String> {
        let (codec, kbps): (&[&str], _) = match self.codec {
            AudioCodec::Aac => (
                &["-c:a", "aac", "-profile:a", "aac_low"],
                match channels {
                    1 => AAC_MONO_KBPS,
                    2 => AAC_STEREO_KBPS,
                    _ => AAC_SURROUND_KBPS,
                },
            ),
            AudioCodec::Opus => (
                &["-c:a", "libopus"],
                match channels {
                    1 => OPUS_MONO_KBPS,
                    2 => OPUS_STEREO_KBPS,
                    _ => OPUS_SURROUND_KBPS,
                },
            ),
        };
        let mut arguments: Vec<String> = codec.iter().map(|part| (*part).to_owned()).collect();
        arguments.extend(["-b:a".to_owned(), format!("{kbps}k")]);
        arguments
    }
}

/// ffmpeg's name of so many channels.
pub(crate) const fn layout(channels: u16) -> &'static str {
    match channels {
        1 => "mono",
        2 => "stereo",
        _ => "5.1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surround_is_made_of_surround_and_always_with_a_downmix() {
        let names = |profile, channels| -> Vec<_> {
            let formats = audio_formats(profile, channels);
            formats.into_iter().map(AudioFormat::name).collect()
        };
        assert_eq!(names(EncodingProfile::Compatible, 6), ["aac"]);
        assert_eq!(names(EncodingProfile::Standard, 2), ["aac", "opus"]);
        assert_eq!(
            names(EncodingProfile::Standard, 8),
            ["aac", "aac-surround", "opus", "opus-surround"]
        );
    }
}
