//! Which of a file's pictures is the title's.

use crate::error::Unusable;
use crate::raw::{Probe, Stream};

/// Dispositions of pictures that accompany something else.
const NOT_FILM: [&str; 3] = ["attached_pic", "timed_thumbnails", "still_image"];

/// Sample entries of protected tracks, whose codec stays hidden.
const PROTECTED_TAGS: [&str; 4] = ["drmi", "drms", "encv", "enca"];

/// The chosen picture, and how many others there are. The one marked as default comes first, then
/// the order of the file.
pub(crate) fn video(probe: &Probe) -> Result<(&Stream, u32), Unusable> {
    let film = |stream: &&Stream| {
        stream.codec_type == "video" && !NOT_FILM.iter().any(|role| stream.is(role))
    };
    let pictures: Vec<&Stream> = probe.streams.iter().filter(film).collect();
    let readable = |stream: &&&Stream| stream.codec_name.is_some() && stream.width > 0;
    let chosen = pictures
        .iter()
        .filter(readable)
        .find(|stream| stream.is("default"))
        .or_else(|| pictures.iter().find(readable));
    match (chosen, pictures.first()) {
        (Some(chosen), _) => Ok((chosen, pictures.len() as u32 - 1)),
        (None, Some(unreadable)) => Err(unknown(unreadable)),
        (None, None) => Err(Unusable::NoVideo),
    }
}

fn unknown(stream: &Stream) -> Unusable {
    let name = stream
        .codec_name
        .as_deref()
        .unwrap_or(&stream.codec_tag_string);
    Unusable::UnknownCodec {
        codec: name.chars().filter(char::is_ascii_graphic).collect(),
    }
}

/// Whether any track or any of its first packets is encrypted.
pub(crate) fn is_encrypted(probe: &Probe) -> bool {
    let tagged = |stream: &Stream| PROTECTED_TAGS.contains(&stream.codec_tag_string.as_str());
    let data = probe
        .packets
        .iter()
        .flat_map(|packet| &packet.side_data_list);
    let data = data.chain(
        probe
            .streams
            .iter()
            .flat_map(|stream| &stream.side_data_list),
    );
    probe.streams.iter().any(tagged)
        || data
            .into_iter()
            .any(|data| data.side_data_type.starts_with("Encryption"))
}
