//! Text drawn into a clip is found where and when it was drawn.

use std::time::Duration;

use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use studio_picturetext::find;
use studio_timeline::{Interval, Payload};

#[tokio::test]
async fn text_at_the_bottom_of_a_clip_is_found_there() {
    let tools = test_tools().await;
    let folder = tempfile::tempdir().unwrap();
    let drawn = "color=0x305070:s=320x180:r=5:d=4,\
        drawtext=text='PARIS 1942':fontsize=22:fontcolor=white:x=(w-tw)/2:y=h-30:enable='between(t,1.6,4)'";
    let clip = folder.path().join("clip.mkv");
    let input = make_clip(&clip, &["-f", "lavfi", "-i", drawn, "-c:v", "libx264"]).await;
    let whole = [Interval::new(0, 4_000).unwrap()];
    let duration = Duration::from_secs(4);
    let found = find(&tools, (&input, 0), &whole, duration, folder.path())
        .await
        .unwrap();
    let Some(events) = found else {
        assert!(tools.tesseract().is_none());
        return;
    };
    let [event] = events.as_slice() else {
        panic!("{events:?}");
    };
    let Payload::PictureText { text, .. } = &event.payload else {
        panic!("{event:?}");
    };
    assert_eq!(text, "PARIS 1942");
    assert_eq!(
        (event.interval.start_ms(), event.interval.end_ms()),
        (1_500, 3_500)
    );
    let region = event.region.unwrap();
    assert!(
        region.y() > 8_000 && region.x() > 2_500 && region.right() < 7_500,
        "{region:?}"
    );
    assert!(!folder.path().join("frames").exists());
}

#[tokio::test]
async fn nothing_is_read_into_pictures_without_text() {
    let Some(input) = shared_media("bunny-30s-1280x720.webm") else {
        return;
    };
    let tools = test_tools().await;
    let folder = tempfile::tempdir().unwrap();
    let start = [Interval::new(10_000, 20_000).unwrap()];
    let found = find(
        &tools,
        (&input, 0),
        &start,
        Duration::from_secs(30),
        folder.path(),
    )
    .await
    .unwrap();
    assert!(found.is_none_or(|events| events.is_empty()));
}
