//! Pictures, playlists and the release made of them.
#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

#[path = "support/clips.rs"]
#[expect(dead_code, reason = "each test file uses its part of the clips")]
mod clips;
#[path = "support/folder_origin.rs"]
mod folder_origin;

use std::path::Path;
use std::time::Duration;

use contracts_delivery::{Extension, FileName};
use media_ffmpeg::MediaInput;
use media_ffmpeg::testing::{make_clip, test_tools};
use media_manifest::hls::MediaPlaylist;
use studio_package::{
    AssembleError, AudioPart, PictureSource, ReleaseParts, SubtitlePart, VideoPart, assemble,
    make_artwork, make_tiles, package_audio, package_key_frames, package_video,
};

use clips::{chunks, plan, sound};
use folder_origin::FolderOrigin;

async fn size(path: &Path) -> String {
    let input = test_tools()
        .await
        .ffprobe()
        .args(["-show_entries", "stream=width,height"]);
    let input = input.args(["-of", "csv=p=0", "-f", "image2"]).arg(path);
    let finished = input.run(|_| {}).await.unwrap();
    String::from_utf8(finished.stdout)
        .unwrap()
        .trim()
        .to_owned()
}

/// Black, then a flat grey, then the test picture: 4 s of each.
async fn picture_source(folder: &Path) -> PictureSource {
    let graph = "color=black:s=640x360:r=25:d=4[a];color=gray:s=640x360:r=25:d=4[b];\
                 testsrc2=s=640x360:r=25:d=4,lutyuv=y=val/2+8[c];[a][b][c]concat=n=3";
    let arguments = [
        "-f", "lavfi", "-i", graph, "-c:v", "libx264", "-pix_fmt", "yuv420p",
    ];
    let input = make_clip(&folder.join("pictures.mp4"), &arguments).await;
    PictureSource {
        input,
        width: 640,
        height: 360,
        duration: Duration::from_secs(12),
    }
}

#[tokio::test]
async fn tiles_fill_a_sheet_in_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let source = picture_source(folder.path()).await;
    let tiles = make_tiles(&test_tools().await, &source, folder.path())
        .await
        .unwrap();
    assert_eq!(
        (
            tiles.columns,
            tiles.rows,
            tiles.tile_width,
            tiles.tile_height
        ),
        (6, 1, 160, 90)
    );
    assert_eq!((tiles.interval_ms, tiles.sheets.len()), (2000, 1));
    assert_eq!(size(&tiles.sheets[0]).await, "960,90");
    // Two tiles are black, two grey and two coloured: each tile's mean says so.
    let means = tile_means(&tiles.sheets[0]).await;
    assert!(means[0] < 10 && means[1] < 10, "{means:?}");
    assert!(
        means[2].abs_diff(128) < 10 && means[3].abs_diff(128) < 10,
        "{means:?}"
    );
    assert!(
        (20..110).contains(&means[4]) && (20..110).contains(&means[5]),
        "{means:?}"
    );
}

async fn tile_means(sheet: &Path) -> Vec<u8> {
    let command = test_tools()
        .await
        .ffmpeg()
        .args(["-f", "image2", "-i"])
        .arg(sheet);
    let command = command.args(["-vf", "scale=6:1:flags=area", "-pix_fmt", "gray"]);
    let command = command.args(["-f", "rawvideo", "pipe:1"]).capture_stdout();
    command.run(|_| {}).await.unwrap().stdout
}

#[tokio::test]
async fn artwork_passes_over_black_and_flat_frames() {
    let folder = tempfile::tempdir().unwrap();
    let source = picture_source(folder.path()).await;
    let artwork = make_artwork(&test_tools().await, &source, folder.path())
        .await
        .unwrap();
    let sizes = artwork.pictures.iter().map(|it| (it.width, it.height));
    let sizes: Vec<_> = sizes.collect();
    let best = [(320, 180), (640, 360), (240, 360), (640, 274)];
    assert_eq!(sizes[..4], best, "1280 is above the source");
    assert!(
        sizes[4..].iter().all(|other| *other == (640, 360)),
        "{sizes:?}"
    );
    for picture in &artwork.pictures {
        let stated = format!("{},{}", picture.width, picture.height);
        assert_eq!(size(&picture.path).await, stated);
    }
    assert!(artwork.colour.len() == 7 && artwork.colour.starts_with('#'));
    let channels: Vec<_> = (1..7)
        .step_by(2)
        .map(|at| u8::from_str_radix(&artwork.colour[at..at + 2], 16).unwrap())
        .collect();
    assert!(
        channels.iter().any(|value| value.abs_diff(channels[0]) > 3),
        "{}",
        artwork.colour
    );
}

async fn parts(folder: &Path) -> ReleaseParts {
    let (video, audio) = (folder.join("video.mp4"), folder.join("audio.mp4"));
    let key_frames = folder.join("key-frames.mp4");
    let picture = package_video(&chunks(folder).await, &plan(), &video)
        .await
        .unwrap();
    let heard = package_audio(&sound(folder).await, &audio).await.unwrap();
    let text = folder.join("en.vtt");
    std::fs::write(&text, "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n").unwrap();
    let input = MediaInput::open(&video).unwrap();
    let (width, height, duration) = (320, 180, Duration::from_secs(5));
    let source = PictureSource {
        input,
        width,
        height,
        duration,
    };
    let tools = test_tools().await;
    ReleaseParts {
        frame_rate: plan().frame_rate,
        frames: plan().frames,
        key: None,
        video: vec![VideoPart {
            path: video,
            track: picture,
        }],
        key_frames: Some(VideoPart {
            track: package_key_frames(&chunks(folder).await, &plan(), &key_frames)
                .await
                .unwrap(),
            path: key_frames,
        }),
        audio: vec![AudioPart {
            path: audio,
            track: heard,
            language: "en".into(),
            label: "English".into(),
            default: true,
        }],
        subtitles: vec![SubtitlePart {
            path: text,
            language: "en".into(),
            label: "English".into(),
        }],
        tiles: Some(make_tiles(&tools, &source, folder).await.unwrap()),
        artwork: Some(make_artwork(&tools, &source, folder).await.unwrap()),
    }
}

#[tokio::test]
async fn a_release_is_assembled_twice_alike_and_plays_from_its_playlist() {
    let (work, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let parts = parts(work.path()).await;
    let origin = FolderOrigin::new(store.path());
    let release = assemble(&origin, &parts).await.unwrap();
    assert_eq!(
        release,
        assemble(&origin, &parts).await.unwrap(),
        "a repeated step changes nothing"
    );
    assert_eq!(release.duration_ms, 5005);
    assert_eq!(
        (
            release.video.len(),
            release.audio.len(),
            release.subtitles.len()
        ),
        (1, 1, 1)
    );
    let shapes = release.images.iter().map(contracts_delivery::Image::shape);
    let shapes: std::collections::BTreeSet<_> = shapes.collect();
    assert_eq!(shapes.len(), 3, "a tile, a poster and a hero");
    for file in release.files() {
        let bytes = std::fs::read(origin.path(file.name)).unwrap();
        assert_eq!(bytes.len() as u64, file.bytes);
    }
    assert!(
        parts.video[0].path.is_file(),
        "the work folder keeps its files"
    );

    let winding = release.key_frames.as_ref().unwrap();
    let text = std::fs::read_to_string(origin.path(winding.playlist.name)).unwrap();
    let winding = MediaPlaylist::parse(&text).unwrap();
    let ordinary = std::fs::read_to_string(origin.path(release.video[0].playlist.name)).unwrap();
    let ordinary = MediaPlaylist::parse(&ordinary).unwrap();
    assert!(winding.iframes_only && !ordinary.iframes_only);
    let lengths = |it: &MediaPlaylist| -> Vec<_> {
        it.segments.iter().map(|segment| segment.duration).collect()
    };
    assert_eq!(lengths(&winding), lengths(&ordinary));

    let playlist = origin.path(release.video[0].playlist.name);
    let text = std::fs::read_to_string(&playlist).unwrap();
    assert!(
        text.contains(
            &FileName {
                extension: Extension::Mp4,
                ..release.video[0].file.name
            }
            .to_string()
        )
    );
    let mut frames = 0;
    let command = test_tools()
        .await
        .ffmpeg()
        .args(["-xerror", "-allowed_extensions", "ALL"]);
    let command = command.args(["-f", "hls", "-i"]).arg(&playlist);
    let command = command.args(["-fps_mode", "passthrough", "-f", "null", "-"]);
    command
        .run(|progress| frames = progress.frame)
        .await
        .unwrap();
    assert_eq!(frames, 120);
}

#[tokio::test]
async fn parts_offered_as_what_they_are_not_are_refused() {
    let (work, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let origin = FolderOrigin::new(store.path());
    let mut parts = parts(work.path()).await;
    let video = std::mem::take(&mut parts.video);
    let refused = assemble(&origin, &parts).await;
    assert!(
        matches!(refused, Err(AssembleError::NoVideo)),
        "{refused:?}"
    );
    parts.video = video;
    parts.video[0].track = parts.audio[0].track.clone();
    let refused = assemble(&origin, &parts).await;
    assert!(
        matches!(refused, Err(AssembleError::WrongKind { .. })),
        "{refused:?}"
    );
}
