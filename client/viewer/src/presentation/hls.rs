//! Presentations from HLS.

use media_manifest::hls::{
    HlsProblem, MediaPlaylist, MultivariantPlaylist, RenditionKind, Variant, VideoRange,
};
use url::Url;

use super::{Listing, Presentation, Rendition, list_of, name_of};

/// Reads a multivariant playlist; a media playlist is a presentation of one rendition.
pub(super) fn read(text: &str, url: &Url) -> Result<Presentation, String> {
    match MultivariantPlaylist::parse(text) {
        Ok(playlist) => from_multivariant(&playlist, url),
        Err(error) if error.problem == HlsProblem::WrongKind => from_media(text, url),
        Err(error) => Err(error.to_string()),
    }
}

/// One variants' list per pathway, the pathway to start with first.
fn from_multivariant(playlist: &MultivariantPlaylist, url: &Url) -> Result<Presentation, String> {
    let mut ids = playlist.pathway_ids();
    if let Some(first) = playlist
        .steering
        .as_ref()
        .and_then(|it| it.pathway_id.as_deref())
    {
        ids.sort_by_key(|id| *id != first);
    }
    let mut pathways: Vec<(&str, Vec<&Variant>)> = ids
        .into_iter()
        .map(|id| (id, with_picture(playlist, id)))
        .collect();
    // A pathway with another ladder could not take over in the middle of a play.
    let rates = |variants: &[&Variant]| variants.iter().map(|it| it.bandwidth).collect::<Vec<_>>();
    let first = pathways
        .first()
        .map(|(_, variants)| rates(variants))
        .unwrap_or_default();
    pathways.retain(|(_, variants)| rates(variants) == first);

    let join = |uri: &str| {
        url.join(uri)
            .map_err(|error| format!("the URI {uri}: {error}"))
    };
    let mut video = Vec::new();
    for (rung, bps) in first.iter().enumerate() {
        let uris = pathways
            .iter()
            .map(|(_, variants)| join(&variants[rung].uri));
        let bases = uris.collect::<Result<_, _>>()?;
        video.push(Rendition {
            bps: *bps,
            bases,
            listing: Listing::Playlist,
        });
    }
    let audio: Option<Vec<&str>> = pathways
        .iter()
        .map(|(_, variants)| audio_uri(playlist, variants.first()?))
        .collect();
    let audio = match audio.filter(|uris| !uris.is_empty()) {
        Some(uris) => {
            let bases = uris.into_iter().map(join).collect::<Result<_, _>>()?;
            Some(Rendition {
                bps: 0,
                bases,
                listing: Listing::Playlist,
            })
        }
        None => None,
    };
    let name = |(id, variants): &(&str, Vec<&Variant>)| match (*id, variants.first()) {
        (".", Some(variant)) => url
            .join(&variant.uri)
            .map_or_else(|_| name_of(url), |it| name_of(&it)),
        (id, _) => id.to_owned(),
    };
    Ok(Presentation {
        places: pathways.iter().map(name).collect(),
        video,
        audio,
    })
}

/// A pathway's variants by ascending rate, without those that carry sound only, and of those that are
/// listed first: in one codec and range, with one group of sound, as a player that has chosen stays with.
fn with_picture<'a>(playlist: &'a MultivariantPlaylist, pathway: &str) -> Vec<&'a Variant> {
    let sized = playlist
        .variants
        .iter()
        .any(|variant| variant.resolution.is_some());
    let mut variants: Vec<_> = playlist
        .variants
        .iter()
        .filter(|it| it.pathway_id.as_deref().unwrap_or(".") == pathway)
        .filter(|it| it.resolution.is_some() || !sized)
        .collect();
    let first = variants.first().map(|variant| kind(variant));
    variants.retain(|variant| Some(kind(variant)) == first);
    variants.sort_by_key(|variant| variant.bandwidth);
    variants
}

/// The picture's format, its range, and the group of its sound.
fn kind(variant: &Variant) -> (Option<&str>, Option<VideoRange>, Option<&str>) {
    let picture = variant.codecs.first();
    let format = picture.and_then(|codec| codec.split('.').next());
    (format, variant.video_range, variant.audio.as_deref())
}

/// The playlist of the default rendition of a variant's audio group, or of its first.
fn audio_uri<'a>(playlist: &'a MultivariantPlaylist, variant: &Variant) -> Option<&'a str> {
    let group = variant.audio.as_deref()?;
    let members = || {
        let audio = playlist
            .renditions
            .iter()
            .filter(|it| it.kind == RenditionKind::Audio);
        audio.filter(|it| it.group_id == group)
    };
    let chosen = members()
        .find(|it| it.default)
        .or_else(|| members().next())?;
    chosen.uri.as_deref()
}

fn from_media(text: &str, url: &Url) -> Result<Presentation, String> {
    let playlist = MediaPlaylist::parse(text).map_err(|error| error.to_string())?;
    let listing = Listing::Known(list_of(playlist));
    let only = Rendition {
        bps: 0,
        bases: vec![url.clone()],
        listing,
    };
    Ok(Presentation {
        places: vec![name_of(url)],
        video: vec![only],
        audio: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: &str = "#EXTM3U\n\
        #EXT-X-CONTENT-STEERING:SERVER-URI=\"s\",PATHWAY-ID=\"b\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"au-a\",NAME=\"x\",URI=\"http://a/p/s.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"au-b\",NAME=\"x\",URI=\"http://b/p/s.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO=\"au-a\",PATHWAY-ID=\"a\"\nhttp://a/p/2.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"au-a\",PATHWAY-ID=\"a\"\nhttp://a/p/1.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"au-b\",PATHWAY-ID=\"b\"\nhttp://b/p/1.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2,AUDIO=\"au-b\",PATHWAY-ID=\"b\"\nhttp://b/p/2.m3u8\n\
        #EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO=\"au-b\",PATHWAY-ID=\"c\"\nhttp://c/p/9.m3u8\n";

    #[test]
    fn pathways_become_places_and_a_different_ladder_is_left_out() {
        let url = Url::parse("http://api/m.m3u8").unwrap();
        let read = read(MASTER, &url).unwrap();
        assert_eq!(read.places, ["b", "a"]);
        let bases = |it: &Rendition| it.bases.iter().map(Url::to_string).collect::<Vec<_>>();
        assert_eq!(
            bases(&read.video[0]),
            ["http://b/p/1.m3u8", "http://a/p/1.m3u8"]
        );
        assert_eq!(read.video[1].bps, 2);
        assert_eq!(
            bases(&read.audio.unwrap()),
            ["http://b/p/s.m3u8", "http://a/p/s.m3u8"]
        );
    }

    #[test]
    fn the_first_codec_and_group_is_the_ladder() {
        let variant = |bps: u32, codec: &str, range: &str, group: &str| {
            format!(
                "#EXT-X-STREAM-INF:BANDWIDTH={bps},CODECS=\"{codec},mp4a.40.2\",VIDEO-RANGE={range},\
                 AUDIO=\"{group}\"\nv{bps}.m3u8\n"
            )
        };
        let text = [
            variant(5, "avc1.64001f", "SDR", "stereo"),
            variant(3, "avc1.640015", "SDR", "stereo"),
            variant(4, "hvc1.2.4.L90.90", "PQ", "stereo"),
            variant(6, "avc1.64001f", "SDR", "surround"),
        ]
        .concat();
        let url = Url::parse("http://api/m.m3u8").unwrap();
        let read = read(&format!("#EXTM3U\n{text}"), &url).unwrap();
        let rates: Vec<_> = read.video.iter().map(|it| it.bps).collect();
        assert_eq!(rates, [3, 5]);
    }

    #[test]
    fn a_lone_media_playlist_plays_too() {
        let url = Url::parse("http://api:81/v/m.m3u8").unwrap();
        let read = read("#EXTM3U\n#EXTINF:4,\nv.mp4\n#EXT-X-ENDLIST\n", &url).unwrap();
        assert_eq!(read.places, ["api:81"]);
        assert_eq!(read.video[0].list().unwrap().segments.len(), 1);
    }
}
