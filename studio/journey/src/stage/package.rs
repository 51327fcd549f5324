//! Track files, pictures, and the last look at them.

use std::time::Duration;

use contracts_studio::VideoCodec;
use data_workflow::{Meter, StepError};
use media_ffmpeg::{MediaInput, Tools};
use studio_package::{
    AudioPart, PackageError, PictureSource, ReleaseParts, TrackMedia, VideoPart, make_artwork,
    make_tiles, package_audio, package_key_frames, package_video,
};
use studio_timedtext::LanguageTag;

use crate::limits::KEY_FRAME_HEIGHT;
use crate::makings::{Makings, Planned, Sound};
use crate::outcome::failure;
use crate::workshop::Workshop;

/// Joins the chunks into track files and makes the pictures.
pub(crate) async fn package(
    workshop: &Workshop,
    makings: &Makings,
    meter: Meter,
) -> Result<ReleaseParts, StepError> {
    let planned = &makings.planned;
    let renditions = &makings.analysed.renditions;
    meter.set_total(renditions.len() as u64 + makings.sounds.len() as u64 + 2);
    let mut video = Vec::with_capacity(renditions.len());
    let mut done = 0..;
    let mut count = || meter.set_done(done.next().unwrap_or_default() + 1);
    for (rendition, chunks) in renditions
        .iter()
        .zip(makings.chunks.chunks(planned.chunks.len()))
    {
        let paths: Vec<_> = chunks.iter().map(|chunk| chunk.path.clone()).collect();
        let path = makings.work.join(format!("{}.mp4", rendition.name()));
        let track = package_video(&paths, &planned.plan, &path)
            .await
            .map_err(|error| judged(&error))?;
        video.push(VideoPart { path, track });
        count();
    }
    let key_frames = key_frames(makings).await?;
    let mut audio = Vec::with_capacity(makings.sounds.len());
    for sound in &makings.sounds {
        audio.push(sound_part(makings, sound, &makings.sounds).await?);
        count();
    }
    // H.264 is in every profile and of standard range, as pictures must be.
    let of_h264 = renditions.iter().zip(&video);
    let of_h264: Vec<_> = of_h264
        .filter(|(rendition, _)| rendition.codec == VideoCodec::H264)
        .map(|(_, part)| part.clone())
        .collect();
    let (tiles, artwork) = pictures(&workshop.tools, makings, &of_h264).await;
    count();
    count();
    Ok(ReleaseParts {
        frame_rate: planned.plan.frame_rate,
        frames: planned.plan.frames,
        key: None,
        video,
        key_frames,
        audio,
        subtitles: makings.texts.parts.clone(),
        tiles,
        artwork,
    })
}

/// Of the largest H.264 rendition that is small enough to wind through, or of the smallest.
async fn key_frames(makings: &Makings) -> Result<Option<VideoPart>, StepError> {
    let planned = &makings.planned;
    let chunks = makings.chunks.chunks(planned.chunks.len());
    let candidates = makings.analysed.renditions.iter().zip(chunks);
    let chosen = candidates
        .filter(|(rendition, _)| rendition.codec == VideoCodec::H264)
        .min_by_key(|(rendition, _)| {
            let height = rendition.rung.height;
            let fits = height <= KEY_FRAME_HEIGHT;
            (!fits, if fits { u32::MAX - height } else { height })
        });
    let Some((_, chunks)) = chosen else {
        return Ok(None);
    };
    let paths: Vec<_> = chunks.iter().map(|chunk| chunk.path.clone()).collect();
    let path = makings.work.join("key-frames.mp4");
    let track = package_key_frames(&paths, &planned.plan, &path)
        .await
        .map_err(|error| judged(&error))?;
    Ok(Some(VideoPart { path, track }))
}

async fn sound_part(
    makings: &Makings,
    sound: &Sound,
    all: &[Sound],
) -> Result<AudioPart, StepError> {
    let facts = &sound.facts;
    let path = makings.work.join(format!(
        "sound-{}-{}-track.mp4",
        facts.stream_index,
        sound.encoded.format.name()
    ));
    let track = package_audio(&sound.encoded.path, &path)
        .await
        .map_err(|error| judged(&error))?;
    let chosen = all.iter().find(|other| other.facts.default).or(all.first());
    Ok(AudioPart {
        path,
        track,
        language: facts.language.clone(),
        label: label(sound, all),
        default: chosen.is_some_and(|chosen| chosen.encoded.path == sound.encoded.path),
    })
}

/// The track's own title, or its language; with its number where that alone would not tell tracks apart.
fn label(sound: &Sound, all: &[Sound]) -> String {
    let own = |sound: &Sound| match (&sound.facts.title, sound.facts.language.as_str()) {
        (Some(title), _) => title.clone(),
        (None, "und") => "Original".to_owned(),
        (None, "zxx") => "No speech".to_owned(),
        (None, language) => {
            let tag: LanguageTag = language
                .parse()
                .unwrap_or_else(|_| LanguageTag::undetermined());
            tag.label()
        }
    };
    let mine = own(sound);
    let before = all
        .iter()
        .take_while(|other| other.facts.stream_index != sound.facts.stream_index);
    match before.filter(|other| own(other) == mine).count() {
        0 => mine,
        earlier => format!("{mine} {}", earlier + 1),
    }
}

/// Tiles from the lowest rung, artwork from the highest. A title can be published without them.
async fn pictures(
    tools: &Tools,
    makings: &Makings,
    video: &[VideoPart],
) -> (
    Option<studio_package::TileSheets>,
    Option<studio_package::Artwork>,
) {
    let by_height = |part: &&VideoPart| match part.track.media {
        TrackMedia::Video { height, .. } => height,
        TrackMedia::Audio { .. } => 0,
    };
    let duration = Duration::from_millis(makings.report.duration_ms);
    let source = |part: Option<&VideoPart>| {
        let part = part?;
        let TrackMedia::Video { width, height } = part.track.media else {
            return None;
        };
        let input = MediaInput::open(&part.path).ok()?;
        Some(PictureSource {
            input,
            width,
            height,
            duration,
        })
    };
    let (low, high) = (
        source(video.iter().min_by_key(by_height)),
        source(video.iter().max_by_key(by_height)),
    );
    let (Some(low), Some(high)) = (low, high) else {
        return (None, None);
    };
    let tiles = make_tiles(tools, &low, &makings.work).await;
    let artwork = make_artwork(tools, &high, &makings.work).await;
    let kept = |what: &str, error: studio_package::PictureError| {
        tracing::warn!(what, %error, "pictures could not be made");
    };
    (
        tiles.map_err(|error| kept("tiles", error)).ok(),
        artwork.map_err(|error| kept("artwork", error)).ok(),
    )
}

/// Decodes every track from end to end.
pub(crate) async fn verify(
    workshop: &Workshop,
    parts: &ReleaseParts,
    planned: &Planned,
    meter: Meter,
) -> Result<(), StepError> {
    let video = parts.video.iter().map(|part| (&part.path, &part.track));
    let audio = parts.audio.iter().map(|part| (&part.path, &part.track));
    meter.set_total((parts.video.len() + parts.audio.len()) as u64);
    for (done, (path, track)) in (1..).zip(video.chain(audio)) {
        let _place = workshop.place().await;
        studio_package::verify(&workshop.tools, path, track, &planned.plan)
            .await
            .map_err(|error| failure(&error, error.is_transient()))?;
        meter.set_done(done);
    }
    Ok(())
}

fn judged(error: &PackageError) -> StepError {
    failure(error, error.is_transient())
}
