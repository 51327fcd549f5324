//! Reads multivariant playlists.

use super::attributes::Attributes;
use super::error::{HlsError, HlsProblem};
use super::lines::{Line, lines};
use super::multivariant::{
    ContentSteering, FrameRate, IFrameVariant, MultivariantPlaylist, Rendition, RenditionKind,
    Resolution, Variant, VideoRange,
};
use super::protection::Key;
use crate::limits::MAX_LIST;

impl MultivariantPlaylist {
    /// Reads a multivariant playlist. Unknown tags and attributes are ignored, as are renditions of
    /// other kinds than audio and subtitles.
    pub fn parse(text: &str) -> Result<Self, HlsError> {
        let mut playlist = Self::default();
        let mut waiting: Option<Variant> = None;
        let mut last = 1;
        for (number, line) in lines(text)? {
            last = number;
            match line {
                Line::Tag("#EXT-X-STREAM-INF", value) => {
                    variant(value).map(|it| waiting = Some(it))
                }
                Line::Tag(name, value) => playlist.tag(name, value.unwrap_or("")),
                Line::Uri(uri) => playlist.uri(uri, waiting.take()),
            }
            .map_err(|problem| problem.at(number))?;
        }
        if waiting.is_some() {
            return Err(HlsProblem::Missing("the URI of EXT-X-STREAM-INF").at(last));
        }
        Ok(playlist)
    }

    fn tag(&mut self, name: &str, value: &str) -> Result<(), HlsProblem> {
        match name {
            "#EXT-X-MEDIA" => {
                if self.renditions.len() == MAX_LIST {
                    return Err(HlsProblem::TooLong);
                }
                self.renditions.extend(rendition(value)?);
            }
            "#EXT-X-CONTENT-STEERING" => self.steering = Some(steering(value)?),
            "#EXT-X-I-FRAME-STREAM-INF" => {
                if self.iframes.len() == MAX_LIST {
                    return Err(HlsProblem::TooLong);
                }
                self.iframes.push(iframes(value)?);
            }
            "#EXT-X-SESSION-KEY" => {
                if self.session_keys.len() == MAX_LIST {
                    return Err(HlsProblem::TooLong);
                }
                self.session_keys.extend(Key::parse(value)?);
            }
            "#EXT-X-INDEPENDENT-SEGMENTS" => self.independent_segments = true,
            "#EXTINF" => return Err(HlsProblem::WrongKind),
            _ => {}
        }
        Ok(())
    }

    fn uri(&mut self, uri: &str, waiting: Option<Variant>) -> Result<(), HlsProblem> {
        let variant = waiting.ok_or(HlsProblem::Missing("EXT-X-STREAM-INF"))?;
        if self.variants.len() == MAX_LIST {
            return Err(HlsProblem::TooLong);
        }
        self.variants.push(Variant {
            uri: uri.to_owned(),
            ..variant
        });
        Ok(())
    }
}

fn steering(value: &str) -> Result<ContentSteering, HlsProblem> {
    const TAG: &str = "EXT-X-CONTENT-STEERING";
    let list = Attributes::parse(value).ok_or(HlsProblem::Malformed(TAG))?;
    let server_uri = list
        .owned("SERVER-URI")
        .ok_or(HlsProblem::Missing("SERVER-URI"))?;
    Ok(ContentSteering {
        server_uri,
        pathway_id: list.owned("PATHWAY-ID"),
    })
}

fn rendition(value: &str) -> Result<Option<Rendition>, HlsProblem> {
    let list = Attributes::parse(value).ok_or(HlsProblem::Malformed("EXT-X-MEDIA"))?;
    let kind = match list.get("TYPE") {
        Some("AUDIO") => RenditionKind::Audio,
        Some("SUBTITLES") => RenditionKind::Subtitles,
        Some(_) => return Ok(None),
        None => return Err(HlsProblem::Missing("TYPE")),
    };
    // Others write object-audio details after a slash ("16/JOC"); the count comes first.
    let channels = list
        .get("CHANNELS")
        .and_then(|text| text.split('/').next()?.parse().ok());
    Ok(Some(Rendition {
        kind,
        group_id: list
            .owned("GROUP-ID")
            .ok_or(HlsProblem::Missing("GROUP-ID"))?,
        name: list.owned("NAME").ok_or(HlsProblem::Missing("NAME"))?,
        language: list.owned("LANGUAGE"),
        uri: list.owned("URI"),
        default: list.yes("DEFAULT"),
        autoselect: list.yes("AUTOSELECT"),
        channels,
    }))
}

fn variant(value: Option<&str>) -> Result<Variant, HlsProblem> {
    const TAG: &str = "EXT-X-STREAM-INF";
    let list = value
        .and_then(Attributes::parse)
        .ok_or(HlsProblem::Malformed(TAG))?;
    let number = |name: &'static str| match list.get(name) {
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| HlsProblem::Malformed(name)),
        None => Ok(None),
    };
    let parse_names = |text: &str| text.split(',').map(|name| name.trim().to_owned()).collect();
    Ok(Variant {
        uri: String::new(),
        bandwidth: number("BANDWIDTH")?.ok_or(HlsProblem::Missing("BANDWIDTH"))?,
        average_bandwidth: number("AVERAGE-BANDWIDTH")?,
        codecs: list.get("CODECS").map(parse_names).unwrap_or_default(),
        resolution: optional(list.get("RESOLUTION"), "RESOLUTION", resolution)?,
        frame_rate: optional(list.get("FRAME-RATE"), "FRAME-RATE", frame_rate)?,
        video_range: list.get("VIDEO-RANGE").and_then(video_range),
        audio: list.owned("AUDIO"),
        subtitles: list.owned("SUBTITLES"),
        pathway_id: list.owned("PATHWAY-ID"),
    })
}

/// The same attributes, less those that pictures alone do not have.
fn iframes(value: &str) -> Result<IFrameVariant, HlsProblem> {
    let list = Attributes::parse(value).ok_or(HlsProblem::Malformed("EXT-X-I-FRAME-STREAM-INF"))?;
    let uri = list
        .owned("URI")
        .ok_or(HlsProblem::Missing("the URI of EXT-X-I-FRAME-STREAM-INF"))?;
    let variant = variant(Some(value))?;
    Ok(IFrameVariant {
        uri,
        bandwidth: variant.bandwidth,
        average_bandwidth: variant.average_bandwidth,
        codecs: variant.codecs,
        resolution: variant.resolution,
        video_range: variant.video_range,
        pathway_id: variant.pathway_id,
    })
}

/// Values that later versions add are as if absent.
fn video_range(text: &str) -> Option<VideoRange> {
    let mut known = VideoRange::ALL.into_iter();
    known
        .find(|(_, name)| *name == text)
        .map(|(range, _)| range)
}

fn optional<T>(
    text: Option<&str>,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, HlsProblem> {
    text.map(|text| parse(text).ok_or(HlsProblem::Malformed(name)))
        .transpose()
}

fn resolution(text: &str) -> Option<Resolution> {
    let (width, height) = text.split_once('x')?;
    Some(Resolution {
        width: width.parse().ok()?,
        height: height.parse().ok()?,
    })
}

fn frame_rate(text: &str) -> Option<FrameRate> {
    let rate = super::time::from_decimal(text)?;
    let thousandths = rate.as_nanos().saturating_add(500_000) / 1_000_000;
    u32::try_from(thousandths).ok().map(FrameRate)
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "[A-Za-z0-9 ,=.é_-]{0,11}[A-Za-z0-9]";
    const URI: &str = "[a-z0-9/._?=é-]{1,20}";

    fn a_rendition() -> impl Strategy<Value = Rendition> {
        let kind = prop_oneof![Just(RenditionKind::Audio), Just(RenditionKind::Subtitles)];
        let names = ("[a-z]{1,5}", NAME, of("[a-z]{2}"), of(URI));
        (kind, names, any::<bool>(), any::<bool>(), of(any::<u32>())).prop_map(
            |(kind, (group_id, name, language, uri), default, select, channels)| Rendition {
                kind,
                group_id,
                name: name.trim_start().to_owned(),
                language,
                uri,
                default,
                autoselect: default || select,
                channels,
            },
        )
    }

    fn a_variant() -> impl Strategy<Value = Variant> {
        let picture = (
            of((any::<u32>(), any::<u32>())),
            of(any::<u32>().prop_map(FrameRate)),
        );
        let codecs = proptest::collection::vec("[a-z0-9.]{1,9}", 0..3);
        let groups = (of("[a-z]{1,5}"), of("[a-z]{1,5}"), of("[a-z.-]{1,8}"));
        let rates = (any::<u64>(), of(any::<u64>()), of(a_range()));
        (URI, rates, codecs, picture, groups).prop_map(
            |(
                uri,
                (bandwidth, average_bandwidth, video_range),
                codecs,
                (size, frame_rate),
                groups,
            )| Variant {
                uri,
                bandwidth,
                average_bandwidth,
                codecs,
                resolution: size.map(|(width, height)| Resolution { width, height }),
                frame_rate,
                video_range,
                audio: groups.0,
                subtitles: groups.1,
                pathway_id: groups.2,
            },
        )
    }

    fn a_range() -> impl Strategy<Value = VideoRange> {
        prop::sample::select(VideoRange::ALL.map(|(range, _)| range).to_vec())
    }

    fn iframes_of(variant: Variant) -> IFrameVariant {
        IFrameVariant {
            uri: variant.uri,
            bandwidth: variant.bandwidth,
            average_bandwidth: variant.average_bandwidth,
            codecs: variant.codecs,
            resolution: variant.resolution,
            video_range: variant.video_range,
            pathway_id: variant.pathway_id,
        }
    }

    fn a_playlist() -> impl Strategy<Value = MultivariantPlaylist> {
        let steering =
            (URI, of("[a-z.-]{1,8}")).prop_map(|(server_uri, pathway_id)| ContentSteering {
                server_uri,
                pathway_id,
            });
        let renditions = proptest::collection::vec(a_rendition(), 0..5);
        let variants = proptest::collection::vec(a_variant(), 0..5);
        let iframes = proptest::collection::vec(a_variant().prop_map(iframes_of), 0..3);
        let key = (URI, of("[a-z:-]{1,9}")).prop_map(|(uri, format)| Key { uri, format });
        let keys = proptest::collection::vec(key, 0..3);
        (
            any::<bool>(),
            of(steering),
            renditions,
            variants,
            iframes,
            keys,
        )
            .prop_map(
                |(independent_segments, steering, renditions, variants, iframes, session_keys)| {
                    MultivariantPlaylist {
                        independent_segments,
                        steering,
                        renditions,
                        variants,
                        iframes,
                        session_keys,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(playlist in a_playlist()) {
            prop_assert_eq!(MultivariantPlaylist::parse(&playlist.to_text()), Ok(playlist));
        }

        #[test]
        fn no_name_can_add_or_lose_an_entry(name in ".*", uri in ".+") {
            let rendition = Rendition {
                kind: RenditionKind::Audio, group_id: name.clone(), name: name.clone(),
                language: Some(name.clone()), uri: Some(uri.clone()), default: true,
                autoselect: true, channels: None,
            };
            let variant = Variant { uri, ..variant(Some("BANDWIDTH=1")).unwrap() };
            let written = MultivariantPlaylist {
                renditions: vec![rendition], variants: vec![variant], ..Default::default()
            };
            let read = MultivariantPlaylist::parse(&written.to_text()).unwrap();
            prop_assert_eq!((read.renditions.len(), read.variants.len()), (1, 1));
            prop_assert!(read.renditions[0].default);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "(#EXT-X-(STREAM-INF|I-FRAME-STREAM-INF|SESSION-KEY|MEDIA|CONTENT-STEERING):[A-Z=\",0-9x.-]*\n|.*\n){0,20}") {
            let _ = MultivariantPlaylist::parse(&text);
            if let Ok(playlist) = MultivariantPlaylist::parse(&format!("#EXTM3U\n{text}")) {
                prop_assert!(playlist.variants.len() <= text.len());
            }
        }
    }

    #[test]
    fn each_problem_names_its_line() {
        let problem =
            |body: &str| MultivariantPlaylist::parse(&format!("#EXTM3U\n{body}")).unwrap_err();
        assert_eq!(
            problem("a.m3u8\n"),
            HlsProblem::Missing("EXT-X-STREAM-INF").at(2)
        );
        assert_eq!(
            problem("#EXT-X-STREAM-INF:A=1\n"),
            HlsProblem::Missing("BANDWIDTH").at(2)
        );
        assert_eq!(problem("\n#EXTINF:4,\n"), HlsProblem::WrongKind.at(3));
        let open = problem("#EXT-X-STREAM-INF:BANDWIDTH=1\n");
        assert_eq!(
            open.problem,
            HlsProblem::Missing("the URI of EXT-X-STREAM-INF")
        );
    }

    #[test]
    fn others_rates_and_channels_are_understood() {
        let text = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",CHANNELS=\"16/JOC\"\n\
                    #EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"y\"\n\
                    #EXT-X-STREAM-INF:BANDWIDTH=1,FRAME-RATE=29.97\nv.m3u8\n";
        let playlist = MultivariantPlaylist::parse(text).unwrap();
        assert_eq!(playlist.renditions.len(), 1);
        assert_eq!(playlist.renditions[0].channels, Some(16));
        assert_eq!(playlist.variants[0].frame_rate, Some(FrameRate(29_970)));
    }
}
