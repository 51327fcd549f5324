//! Which renditions a title is made in.

use contracts_studio::{EncodingProfile, VideoCodec};
use serde::{Deserialize, Serialize};
use studio_inspect::VideoFacts;
use studio_ladder::Rung;

use crate::grain::Grain;

/// One encoded version of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rendition {
    /// What it is encoded in.
    pub codec: VideoCodec,
    /// Its size, and its rate on the scale of H.264.
    pub rung: Rung,
    /// Whether it keeps the master's high dynamic range, in ten bits; otherwise it is mapped to standard.
    pub hdr: bool,
    /// The strength at which film grain is taken out, described and put back by the player, 1 to 50;
    /// 0 leaves the picture as it is. AV1 alone.
    pub film_grain: u8,
}

impl Rendition {
    /// A rung in H.264 and standard range.
    pub const fn h264(rung: Rung) -> Self {
        Self {
            codec: VideoCodec::H264,
            rung,
            hdr: false,
            film_grain: 0,
        }
    }

    /// Its name within a title, such as `hevc-1080p-hdr`.
    pub fn name(&self) -> String {
        let hdr = if self.hdr { "-hdr" } else { "" };
        format!("{}-{}{hdr}", self.codec, self.rung.name)
    }
}

/// Every rendition of a title, codec by codec, H.264 first, each at every rung in the rungs' order.
///
/// A master of high dynamic range gives an H.264 set mapped to standard range, for every device, and
/// sets that keep the range in the codecs that carry it; other codecs would only repeat the first.
pub fn renditions(
    profile: EncodingProfile,
    video: &VideoFacts,
    rungs: &[Rung],
    grain: Grain,
) -> Vec<Rendition> {
    let is_hdr = video.colour.is_hdr();
    let codecs = profile.video().iter().copied();
    let wanted =
        codecs.filter(|codec| !is_hdr || *codec == VideoCodec::H264 || codec.carries_hdr());
    wanted
        .flat_map(|codec| {
            rungs.iter().map(move |rung| Rendition {
                codec,
                rung: rung.clone(),
                hdr: is_hdr && codec.carries_hdr(),
                film_grain: match codec {
                    VideoCodec::Av1 => grain.strength_at(rung.height, video.display_height),
                    _ => 0,
                },
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;
    use studio_ladder::fixed_ladder;

    use super::*;
    use crate::fixture::report;

    const FILM: FrameRate = FrameRate {
        numerator: 24,
        denominator: 1,
    };

    fn names(profile: EncodingProfile, video: &VideoFacts) -> Vec<String> {
        let rungs = &fixed_ladder(640, 360, FILM);
        let made = renditions(profile, video, rungs, Grain::NONE);
        made.iter().map(Rendition::name).collect()
    }

    #[test]
    fn a_profile_decides_the_codecs() {
        let video = report().video;
        assert_eq!(
            names(EncodingProfile::Compatible, &video),
            ["h264-240p", "h264-360p"]
        );
        assert_eq!(names(EncodingProfile::Standard, &video).len(), 8);
    }

    #[test]
    fn high_dynamic_range_stands_beside_a_standard_set() {
        let mut video = report().video;
        video.colour.transfer = Some("smpte2084".into());
        let made = names(EncodingProfile::Standard, &video);
        assert_eq!(
            made,
            [
                "h264-240p",
                "h264-360p",
                "hevc-240p-hdr",
                "hevc-360p-hdr",
                "av1-240p-hdr",
                "av1-360p-hdr",
            ]
        );
    }

    #[test]
    fn grain_is_for_av1_alone() {
        let grain = Grain { sigma: 6.0 };
        let rungs = fixed_ladder(1920, 1080, FILM);
        let made = renditions(EncodingProfile::Standard, &report().video, &rungs, grain);
        for rendition in made {
            let top_of_av1 = rendition.codec == VideoCodec::Av1 && rendition.rung.height == 1080;
            assert!(rendition.codec == VideoCodec::Av1 || rendition.film_grain == 0);
            assert!(!top_of_av1 || rendition.film_grain > 0);
        }
    }
}
