//! Track files made of real encodes, looked at by ffprobe and decoded by ffmpeg.
#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

#[path = "support/clips.rs"]
mod clips;

use std::path::Path;
use std::time::Duration;

use media_ffmpeg::testing::{shared_media, test_tools};
use media_isobmff::{ArrangeError, Head, Remux, RemuxTrack};
use studio_package::{
    PackageError, PackagedTrack, TrackMedia, VerifyError, package_audio, package_video, verify,
};
use studio_shots::SegmentPlan;

use clips::{chunk, chunks, decode, plan, probe, sound};

async fn packets(path: &Path) -> Vec<(i64, i64, bool)> {
    let lines = probe(path, &["-show_entries", "packet=pts,dts,flags"]).await;
    let packet = |line: &String| {
        let mut parts = line.split(',');
        let mut number = || parts.next().unwrap().parse().unwrap();
        let (shown, decoded) = (number(), number());
        (shown, decoded, parts.next().unwrap().contains('K'))
    };
    lines.iter().map(packet).collect()
}

#[tokio::test]
async fn chunks_become_one_exact_gapless_track() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("video.mp4");
    let track = package_video(&chunks(folder.path()).await, &plan(), &out)
        .await
        .unwrap();
    assert_eq!(
        track.media,
        TrackMedia::Video {
            width: 320,
            height: 180
        }
    );
    assert_eq!(track.timescale, 24_000);
    assert_eq!(track.bytes, std::fs::metadata(&out).unwrap().len());
    assert_eq!(PackagedTrack::read(&out).await.unwrap(), track);
    let starts: Vec<_> = track.segments.iter().map(|segment| segment.start).collect();
    assert_eq!(starts, [0, 48 * 1001, 72 * 1001]);

    let packets = packets(&out).await;
    // ffmpeg moves a track with negative composition offsets so far that no frame is shown before it
    // decodes; the first frame, which decodes at 0 and is shown at 0, says how far.
    let moved = packets[0].0;
    assert!(
        moved > 0,
        "the encode has frames that are shown out of decode order"
    );
    let decoded: Vec<_> = packets.iter().map(|packet| packet.1).collect();
    let mut shown: Vec<_> = packets.iter().map(|packet| packet.0 - moved).collect();
    let even: Vec<_> = (0..120).map(|frame| frame * 1001).collect();
    assert_eq!(decoded, even);
    assert_ne!(shown, even);
    shown.sort_unstable();
    assert_eq!(shown, even);
    let keys: Vec<_> = packets
        .iter()
        .filter(|packet| packet.2)
        .map(|packet| packet.1)
        .collect();
    assert_eq!(keys, [0, 48 * 1001, 72 * 1001]);
    assert_eq!(decode(&out).await, 120);
    verify(&test_tools().await, &out, &track, &plan())
        .await
        .unwrap();
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(
        left.len(),
        3,
        "two chunks, the track file and nothing beside them"
    );
}

#[tokio::test]
async fn the_priming_is_gone_and_sound_begins_at_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (sound(folder.path()).await, folder.path().join("audio.mp4"));
    let track = package_audio(&source, &out).await.unwrap();
    assert_eq!(track.codec, "mp4a.40.2");
    assert_eq!(
        track.media,
        TrackMedia::Audio {
            channels: 2,
            sample_rate: 48_000
        }
    );
    assert_eq!(track.segments.len(), 3);
    assert_eq!(track.segments[1].start, 188 * 1024);
    let shown: Vec<_> = packets(&out).await.iter().map(|packet| packet.0).collect();
    assert_eq!(shown, (0..450).map(|unit| unit * 1024).collect::<Vec<_>>());
    assert_eq!(track.duration(), 450 * 1024);
    verify(&test_tools().await, &out, &track, &plan())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_segment_inside_a_group_of_pictures_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = SegmentPlan {
        starts: vec![0, 48, 72, 100],
        ..plan()
    };
    let out = folder.path().join("video.mp4");
    let refused = package_video(&chunks(folder.path()).await, &wrong, &out)
        .await
        .unwrap_err();
    let PackageError::Unfit { source, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(
        *source,
        ArrangeError::NoKeyFrame {
            segment: 3,
            chunk: 1
        }
    );
    assert!(!refused.is_transient() && !out.exists());
}

#[tokio::test]
async fn chunks_of_another_shape_and_missing_chunks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut pieces = chunks(folder.path()).await;
    let out = folder.path().join("video.mp4");
    let half = package_video(&pieces[..1], &plan(), &out)
        .await
        .unwrap_err();
    assert!(
        half.to_string().contains("72 frames and the plan has 120"),
        "{half}"
    );
    let other = folder.path().join("other.mp4");
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=rate=24000/1001:size=640x360",
        "-frames:v",
        "48",
    ];
    let other = media_ffmpeg::testing::make_clip(&other, &arguments).await;
    pieces[1] = other.path().to_owned();
    let refused = package_video(&pieces, &plan(), &out).await.unwrap_err();
    let PackageError::Unfit { source, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(*source, ArrangeError::FormatDiffers { chunk: 1 });
    pieces[1] = folder.path().join("absent.mp4");
    let absent = package_video(&pieces, &plan(), &out).await.unwrap_err();
    assert!(matches!(absent, PackageError::Open { .. }), "{absent}");
}

#[tokio::test]
async fn damage_and_misalignment_do_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("video.mp4");
    let track = package_video(&chunks(folder.path()).await, &plan(), &out)
        .await
        .unwrap();
    let tools = test_tools().await;
    let shifted = SegmentPlan {
        starts: vec![0, 47, 72],
        ..plan()
    };
    let refused = verify(&tools, &out, &track, &shifted).await;
    assert!(
        matches!(refused, Err(VerifyError::Misaligned { segment: 1, .. })),
        "{refused:?}"
    );
    let fewer = SegmentPlan {
        starts: vec![0, 48],
        ..plan()
    };
    let refused = verify(&tools, &out, &track, &fewer).await;
    assert!(
        matches!(refused, Err(VerifyError::SegmentCount { .. })),
        "{refused:?}"
    );
    let mut bytes = std::fs::read(&out).unwrap();
    let middle = track.segments[1].range.start as usize + 2000;
    bytes[middle..middle + 400].fill(0x5a);
    std::fs::write(&out, &bytes).unwrap();
    let refused = verify(&tools, &out, &track, &plan()).await;
    assert!(
        matches!(refused, Err(VerifyError::Undecodable { .. })),
        "{refused:?}"
    );
    bytes.truncate(bytes.len() - 1);
    std::fs::write(&out, &bytes).unwrap();
    let refused = verify(&tools, &out, &track, &plan()).await;
    assert!(
        matches!(refused, Err(VerifyError::Changed { .. })),
        "{refused:?}"
    );
}

/// The stream as a server would send it.
fn stream(video: &Path, audio: &Path, from: Duration) -> Vec<u8> {
    let (video, audio) = (std::fs::read(video).unwrap(), std::fs::read(audio).unwrap());
    let heads = [&video, &audio].map(|file| Head::read(&&file[..]).unwrap());
    let plan = Remux::plan(&heads[0], Some(&heads[1]), from).unwrap();
    let mut out = plan.init().to_vec();
    for step in plan.steps() {
        let file = if step.track == RemuxTrack::Video {
            &video
        } else {
            &audio
        };
        let bytes = &file[step.range.start as usize..step.range.end as usize];
        out.extend(step.rewrite(bytes).unwrap());
    }
    out
}

#[tokio::test]
async fn a_stream_from_the_middle_decodes_from_zero() {
    let folder = tempfile::tempdir().unwrap();
    let (video, audio) = (
        folder.path().join("video.mp4"),
        folder.path().join("audio.mp4"),
    );
    package_video(&chunks(folder.path()).await, &plan(), &video)
        .await
        .unwrap();
    package_audio(&sound(folder.path()).await, &audio)
        .await
        .unwrap();
    let out = folder.path().join("stream.mp4");
    std::fs::write(&out, stream(&video, &audio, Duration::from_millis(2900))).unwrap();
    assert_eq!(decode(&out).await, 72, "it begins at frame 48, at 2.002 s");
    let first = async |track: &str| {
        let arguments = ["-select_streams", track, "-show_entries", "packet=pts_time"];
        probe(&out, &arguments).await[0].parse::<f64>().unwrap()
    };
    assert!(first("v:0").await.abs() < 1e-6);
    let sound = first("a:0").await;
    assert!(
        (0.0..1024.0 / 48_000.0).contains(&sound),
        "sound begins at {sound}"
    );
    let whole = folder.path().join("whole.mp4");
    std::fs::write(&whole, stream(&video, &audio, Duration::ZERO)).unwrap();
    assert_eq!(decode(&whole).await, 120);
}

#[tokio::test]
async fn real_footage_survives_packaging() {
    let Some(master) = shared_media("wave-8s-1920x1080-natural.mp4") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("audio.mp4");
    let track = package_audio(master.path(), &out).await.unwrap();
    verify(&test_tools().await, &out, &track, &plan())
        .await
        .unwrap();
    assert!(decode(master.path()).await > 0);
}

#[tokio::test]
async fn rungs_of_unlike_bit_rates_line_up() {
    let folder = tempfile::tempdir().unwrap();
    let low = [
        chunk(&folder.path().join("low-0.mp4"), 0, 72, "100k").await,
        chunk(&folder.path().join("low-1.mp4"), 72, 120, "100k").await,
    ];
    let low = package_video(&low, &plan(), &folder.path().join("low.mp4"))
        .await
        .unwrap();
    let high = chunks(folder.path()).await;
    let high = package_video(&high, &plan(), &folder.path().join("high.mp4"))
        .await
        .unwrap();
    let grid = |track: &PackagedTrack| {
        track
            .segments
            .iter()
            .map(|segment| (segment.start, segment.duration))
            .collect::<Vec<_>>()
    };
    assert_eq!(grid(&low), grid(&high));
    assert!(low.bandwidth.peak_bps < high.bandwidth.peak_bps);
    assert!(high.bandwidth.average_bps <= high.bandwidth.peak_bps);
}
