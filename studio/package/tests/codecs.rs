//! Every codec packaged from real encodes: named by its parameter sets, its colours and light kept, and
//! decoded by ffmpeg.
#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

#[path = "support/clips.rs"]
#[expect(dead_code, reason = "each test file uses its part of the clips")]
mod clips;
#[path = "support/protected.rs"]
mod protected;

use std::path::{Path, PathBuf};

use contracts_delivery::{DynamicRange, FrameRate};
use media_ffmpeg::testing::{make_clip, test_tools};
use media_isobmff::{ContentLight, Head, MasteringDisplay};
use studio_package::{PackagedTrack, TrackMedia, package_audio, package_video, verify};
use studio_shots::SegmentPlan;

use clips::{decode, probe};
use protected::assert_protectable;

const HDR10: &str = "format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:\
                     colorspace=bt2020nc:range=tv";
const HD: &str = "format=yuv420p,setparams=color_primaries=bt709:color_trc=bt709:\
                  colorspace=bt709:range=tv";
const X265: &str = "info=0:log-level=error:keyint=250:min-keyint=250:scenecut=0:open-gop=0:hdr10=1:\
                    pools=1:frame-threads=1:\
                    master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50):\
                    max-cll=1000,400";
const SVT: &str = "keyint=-1:lp=1:mastering-display=G(0.17,0.797)B(0.131,0.046)R(0.708,0.292)\
                   WP(0.3127,0.3290)L(1000,0.005):content-light=1000,400";

fn plan() -> SegmentPlan {
    let frame_rate = FrameRate {
        numerator: 24,
        denominator: 1,
    };
    SegmentPlan {
        frame_rate,
        frames: 24,
        starts: vec![0, 12],
    }
}

/// Half a second of the test picture, one closed group of pictures.
async fn half(path: &Path, half: u32, colours: &str, encoder: &[&str]) -> PathBuf {
    let first = half * 12;
    let last = first + 12;
    let filters =
        format!("trim=start_frame={first}:end_frame={last},setpts=PTS-STARTPTS,{colours}");
    let source = "testsrc2=rate=24:size=160x90:duration=1";
    let arguments = [
        &["-f", "lavfi", "-i", source, "-vf", &filters],
        encoder,
        &["-threads:v", "1"],
    ];
    make_clip(path, &arguments.concat()).await.path().to_owned()
}

async fn packaged(folder: &Path, colours: &str, encoder: &[&str]) -> (PackagedTrack, Head) {
    let chunks = [
        half(&folder.join("0.mp4"), 0, colours, encoder).await,
        half(&folder.join("1.mp4"), 1, colours, encoder).await,
    ];
    let out = folder.join("video.mp4");
    let track = package_video(&chunks, &plan(), &out).await.unwrap();
    assert_eq!(PackagedTrack::read(&out).await.unwrap(), track);
    assert_eq!(decode(&out).await, 24);
    verify(&test_tools().await, &out, &track, &plan())
        .await
        .unwrap();
    assert_protectable(&out).await;
    let bytes = std::fs::read(&out).unwrap();
    (track, Head::read(&&bytes[..]).unwrap())
}

fn assert_hdr10(track: &PackagedTrack, head: &Head) {
    let range = track.colour.unwrap().dynamic_range();
    assert_eq!(range, DynamicRange::Pq);
    let display = MasteringDisplay {
        primaries: [(8500, 39850), (6550, 2300), (35400, 14600)],
        white: (15635, 16450),
        max_luminance: 10_000_000,
        min_luminance: 50,
    };
    assert_eq!(head.format.entry.mastering, Some(display));
    let light = ContentLight {
        max_content: 1000,
        max_frame_average: 400,
    };
    assert_eq!(head.format.entry.light, Some(light));
}

/// What ffprobe says of the stream, with what the container tells of its light.
async fn stream(path: &Path) -> String {
    let entries = "stream=codec_tag_string,color_transfer:stream_side_data=max_content";
    let text = probe(path, &["-show_entries", entries]).await.join(",");
    let fields: Vec<_> = text.split(',').filter(|field| !field.is_empty()).collect();
    fields.join(" ")
}

#[tokio::test]
async fn hevc_keeps_its_light() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-tag:v",
        "hvc1",
        "-x265-params",
        X265,
    ];
    let (track, head) = packaged(folder.path(), HDR10, &encoder).await;
    assert_eq!(track.codec, "hvc1.2.4.L30.90");
    assert_hdr10(&track, &head);
    let seen = stream(&folder.path().join("video.mp4")).await;
    assert_eq!(seen, "hvc1 smpte2084 1000");
}

#[tokio::test]
async fn av1_keeps_its_light_and_names_the_header_it_uses() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = [
        "-c:v",
        "libsvtav1",
        "-preset",
        "10",
        "-crf",
        "45",
        "-svtav1-params",
        SVT,
    ];
    let (track, head) = packaged(folder.path(), HDR10, &encoder).await;
    assert_eq!(track.codec, "av01.0.00M.10.0.110.09.16.09.0");
    assert_hdr10(&track, &head);
    let seen = stream(&folder.path().join("video.mp4")).await;
    assert_eq!(seen, "av01 smpte2084 1000");
    let file = std::fs::read(folder.path().join("video.mp4")).unwrap();
    let first = &head.segments[0].range;
    let entry = &head.format.entry.bytes;
    let at = entry
        .windows(4)
        .position(|kind| kind == b"av1C")
        .expect("an AV1 entry has its configuration");
    let header = &entry[at + 8..at + 8 + 2 + usize::from(entry[at + 9])];
    let media = &file[first.start as usize..first.end as usize];
    assert!(media.windows(header.len()).any(|bytes| bytes == header));
}

#[tokio::test]
async fn vp9_is_named_in_full() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = [
        "-c:v",
        "libvpx-vp9",
        "-b:v",
        "80k",
        "-deadline",
        "realtime",
        "-cpu-used",
        "8",
    ];
    let (track, head) = packaged(folder.path(), HD, &encoder).await;
    assert_eq!(track.codec, "vp09.00.10.08.01.01.01.01.00");
    assert_eq!(track.colour.unwrap().dynamic_range(), DynamicRange::Sdr);
    assert_eq!(head.format.entry.mastering, None);
}

#[tokio::test]
async fn h264_of_several_slices_is_encrypted_slice_by_slice() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = [
        "-c:v",
        "libx264",
        "-preset",
        "fast",
        "-crf",
        "20",
        "-x264-params",
        "stitchable=1:keyint=infinite:scenecut=0:open-gop=0:slices=4:weightp=2",
    ];
    let (track, _) = packaged(folder.path(), HD, &encoder).await;
    assert!(track.codec.starts_with("avc1."), "{}", track.codec);
}

async fn sound(folder: &Path, channels: u16, encoder: &[&str]) -> (PackagedTrack, PathBuf) {
    let count = channels.to_string();
    let source = "sine=frequency=440:sample_rate=48000:duration=4.2";
    let arguments = [
        &["-f", "lavfi", "-i", source, "-ac", count.as_str()],
        encoder,
    ];
    let clip = make_clip(&folder.join("sound.mp4"), &arguments.concat()).await;
    let out = folder.join("audio.mp4");
    let track = package_audio(clip.path(), &out).await.unwrap();
    assert_eq!(
        track.media,
        TrackMedia::Audio {
            channels,
            sample_rate: 48_000
        }
    );
    verify(&test_tools().await, &out, &track, &plan())
        .await
        .unwrap();
    let seen = probe(&out, &["-show_entries", "stream=channels"]).await;
    assert_eq!(seen, [count]);
    assert_protectable(&out).await;
    (track, out)
}

#[tokio::test]
async fn opus_says_which_samples_are_not_to_be_heard() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = ["-c:a", "libopus", "-b:a", "128k"];
    let (track, out) = sound(folder.path(), 6, &encoder).await;
    assert_eq!((track.codec.as_str(), track.segments.len()), ("opus", 2));
    let first = probe(&out, &["-show_entries", "packet=pts"]).await;
    assert_eq!(first[0], "-312", "priming lies before zero");
    let bytes = std::fs::read(&out).unwrap();
    assert_eq!(Head::read(&&bytes[..]).unwrap().shown_from, 312);
}

#[tokio::test]
async fn aac_of_six_channels_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let encoder = ["-c:a", "aac", "-b:a", "192k"];
    let (track, out) = sound(folder.path(), 6, &encoder).await;
    assert_eq!(track.codec, "mp4a.40.2");
    let first = probe(&out, &["-show_entries", "packet=pts"]).await;
    assert_eq!(first[0], "0");
}
