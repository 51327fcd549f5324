//! Sound tracks of every awkward kind, measured by where their beep is heard.

use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use studio_inspect::inspect;
use studio_shots::{plan_segments, survey};

use super::*;
use crate::file_at;

/// A picture of four seconds, and silence with a beep from 2.0 to 2.2 s.
const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=192x108:r=25:d=4"];
const BEEP: &str =
    "sine=f=1000:d=4:samples_per_frame=64,volume='if(between(t,2,2.2),1,0)':eval=frame";

struct Made {
    audio: EncodedAudio,
    /// Mono, at [`SAMPLE_RATE`].
    pcm: Vec<i16>,
    samples: u64,
}

impl Made {
    /// When the first sample that is not silent is heard, in seconds.
    fn onset(&self) -> f64 {
        let first = self
            .pcm
            .iter()
            .position(|sample| sample.unsigned_abs() > 1_000)
            .unwrap();
        first as f64 / f64::from(SAMPLE_RATE)
    }
}

/// AAC stereo as loud as it comes.
const PLAIN: AudioSettings = AudioSettings {
    format: AudioFormat {
        codec: contracts_studio::AudioCodec::Aac,
        surround: false,
    },
    target: None,
};

async fn made_from(input: &MediaInput) -> Made {
    made_as(input, PLAIN).await
}

async fn made_as(input: &MediaInput, settings: AudioSettings) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let tools = test_tools().await;
    let report = inspect(&tools, input).await.unwrap();
    let found = survey(&tools, input, &report, |_| {}).await.unwrap();
    let plan = plan_segments(found.frame_rate, found.frames, &[]).unwrap();
    let out = folder.path().join("sound.mp4");
    let track = &report.audio[0];
    let mut told = Duration::ZERO;
    let tell = |time| told = time;
    let audio = encode_audio(&tools, input, &report, track, &plan, settings, &out, tell)
        .await
        .unwrap();
    let encoded = MediaInput::open(&out).unwrap();
    let raw = ["-f", "s16le", "-ac", "1", "-ar", "48000", "-"];
    let command = tools.ffmpeg().input(&encoded).args(raw).capture_stdout();
    let stdout = command.run(|_| {}).await.unwrap().stdout;
    let pcm = stdout
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    Made {
        audio,
        pcm,
        samples: filters::samples(&plan),
    }
}

fn assert_beep_at(made: &Made, seconds: f64) {
    assert_eq!(made.pcm.len() as u64, made.samples);
    // AAC spreads an onset over a part of a frame of 21 ms.
    assert!(
        (made.onset() - seconds).abs() < 0.015,
        "beep at {} s, not {seconds} s",
        made.onset()
    );
}

#[tokio::test]
async fn the_beep_stays_with_the_picture_wherever_either_begins() {
    let folder = tempfile::tempdir().unwrap();
    let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
    let sound = ["-f", "lavfi", "-i", BEEP];
    let cases: [(&str, &[&str], &[&str], f64); 4] = [
        ("together.mp4", &[], &[], 2.0),
        ("sound-late.mp4", &[], &["-itsoffset", "0.7"], 2.7),
        ("picture-late.mkv", &["-itsoffset", "0.6"], &[], 1.4),
        (
            "both-late.mkv",
            &["-itsoffset", "5"],
            &["-itsoffset", "5"],
            2.0,
        ),
    ];
    for (name, picture_offset, sound_offset, heard) in cases {
        let arguments = [picture_offset, &PICTURE, sound_offset, &sound, &codecs].concat();
        let input = make_clip(&folder.path().join(name), &arguments).await;
        let made = made_from(&input).await;
        assert_beep_at(&made, heard);
        assert_eq!(made.audio.warnings, [], "{name}");
    }
}

#[tokio::test]
async fn channels_become_one_or_two() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, channels) in [("mono", 1), ("stereo", 2), ("5.1", 2)] {
        let path = folder.path().join(format!("{layout}.mkv"));
        let sound = format!("{BEEP},aformat=channel_layouts={layout}:sample_rates=44100");
        let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3"];
        let arguments = [&PICTURE[..], &["-f", "lavfi", "-i", &sound], &codecs].concat();
        let made = made_from(&make_clip(&path, &arguments).await).await;
        assert_beep_at(&made, 2.0);
        assert_eq!(made.audio.channels, channels, "{layout}");
    }
}

/// A clip whose sound has noise in place of the samples that `spoil` picks out of `count`.
async fn spoiled(path: &Path, spoil: fn(usize, usize) -> bool) -> MediaInput {
    let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
    let arguments = [&PICTURE[..], &["-f", "lavfi", "-i", BEEP], &codecs].concat();
    make_clip(path, &arguments).await;
    let (track, _) = file_at::track(path, Track::read_audio).await.unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    let count = track.samples.len();
    for (index, sample) in track
        .samples
        .iter()
        .enumerate()
        .filter(|(index, _)| spoil(*index, count))
    {
        let start = sample.offset as usize;
        for (offset, byte) in bytes[start..start + sample.size as usize]
            .iter_mut()
            .enumerate()
        {
            *byte = ((index * 31 + offset * 197 + 13) % 251) as u8 | 0x80;
        }
    }
    std::fs::write(path, bytes).unwrap();
    MediaInput::open(path).unwrap()
}

#[tokio::test]
async fn damage_becomes_silence_and_the_rest_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let input = spoiled(&folder.path().join("damaged.mp4"), |index, count| {
        index > 10 && index < count / 3
    })
    .await;
    let made = made_from(&input).await;
    let heard = made.pcm[SAMPLE_RATE as usize * 19 / 10..]
        .iter()
        .any(|sample| *sample > 1_000);
    assert_eq!(
        made.audio.warnings,
        [AudioWarning::Damaged { stream_index: 1 }]
    );
    assert_eq!(made.pcm.len() as u64, made.samples);
    assert!(heard);
}

#[tokio::test]
async fn a_track_of_noise_becomes_silence_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let input = spoiled(&folder.path().join("noise.mp4"), |_, _| true).await;
    let made = made_from(&input).await;
    assert!(!made.audio.warnings.is_empty());
    assert_eq!(made.pcm.len() as u64, made.samples);
}

#[tokio::test]
async fn a_broadcast_that_changes_its_channels_is_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut joined = Vec::new();
    for (name, layout, rate, offset) in [
        ("one.ts", "stereo", "44100", "0"),
        ("two.ts", "5.1", "48000", "4"),
    ] {
        let path = folder.path().join(name);
        let sound = format!("{BEEP},aformat=channel_layouts={layout}:sample_rates={rate}");
        let codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"];
        let shifted = ["-output_ts_offset", offset];
        let arguments = [
            &PICTURE[..],
            &["-f", "lavfi", "-i", &sound],
            &codecs,
            &shifted,
        ]
        .concat();
        make_clip(&path, &arguments).await;
        joined.extend(std::fs::read(&path).unwrap());
    }
    let path = folder.path().join("joined.ts");
    std::fs::write(&path, joined).unwrap();
    let made = made_from(&MediaInput::open(&path).unwrap()).await;
    assert_beep_at(&made, 2.0);
    let second = Made {
        pcm: made.pcm[SAMPLE_RATE as usize * 4..].to_vec(),
        ..made
    };
    assert!((second.onset() - 2.0).abs() < 0.1, "{}", second.onset());
}

#[tokio::test]
async fn a_real_file_with_failing_sound_does_not_fail_the_title() {
    let Some(input) = shared_media("qc-failing-audio.mp4") else {
        return;
    };
    let made = made_from(&input).await;
    assert_eq!(made.pcm.len() as u64, made.samples);
}

/// What is left between a made track and a target, in LU.
async fn off_by(source: &str, target: LoudnessTarget) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let clip = [
        &PICTURE[..],
        &["-f", "lavfi", "-i", source, "-c:a", "pcm_f32le"],
    ]
    .concat();
    let input = make_clip(&folder.path().join("clip.mkv"), &clip).await;
    let settings = AudioSettings {
        target: Some(target),
        ..PLAIN
    };
    let made = made_as(&input, settings).await;
    let bytes: Vec<u8> = made
        .pcm
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let raw = folder.path().join("made.wav");
    std::fs::write(&raw, [&wave_head(bytes.len() as u32)[..], &bytes].concat()).unwrap();
    let again = [
        "-loglevel",
        "info",
        "-af",
        "ebur128=peak=true:framelog=quiet",
        "-f",
        "null",
        "-",
    ];
    let (tools, raw) = (test_tools().await, MediaInput::open(&raw).unwrap());
    let heard = tools
        .ffmpeg()
        .input(&raw)
        .args(again)
        .run(|_| {})
        .await
        .unwrap();
    let heard = Loudness::from_summary(&heard.stderr_tail).unwrap();
    (heard.integrated - target.integrated, heard.true_peak)
}

/// RIFF, mono, 16 bits, at [`SAMPLE_RATE`].
fn wave_head(bytes: u32) -> Vec<u8> {
    let mut head = b"RIFF".to_vec();
    head.extend((bytes + 36).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    head.extend(SAMPLE_RATE.to_le_bytes());
    head.extend((SAMPLE_RATE * 2).to_le_bytes());
    head.extend(b"\x02\0\x10\0data");
    head.extend(bytes.to_le_bytes());
    head
}

#[tokio::test]
async fn loud_and_quiet_tracks_are_brought_to_the_target() {
    let target = LoudnessTarget {
        integrated: -24.0,
        true_peak: -2.0,
    };
    for volume in ["0.01", "0.9"] {
        let source = format!("aevalsrc={volume}*sin(880*PI*t):d=4:s=48000");
        let (off, peak) = off_by(&source, target).await;
        assert!(off.abs() < 0.7, "{volume}: {off} LU off");
        assert!(peak < target.true_peak + 0.5, "{volume}: {peak} dBTP");
    }
}

#[tokio::test]
async fn six_channels_are_kept_where_they_are_wanted_and_mixed_down_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let surround = "aevalsrc=0.1|0.1|0.1|0|0.1|0.1:c=5.1:s=48000:d=4";
    let clip = [
        &PICTURE[..],
        &["-f", "lavfi", "-i", surround, "-c:a", "flac"],
    ]
    .concat();
    let input = make_clip(&folder.path().join("clip.mkv"), &clip).await;
    assert_eq!(made_from(&input).await.audio.channels, 2);
    let format = AudioFormat {
        surround: true,
        ..PLAIN.format
    };
    let made = made_as(&input, AudioSettings { format, ..PLAIN }).await;
    assert_eq!(made.audio.channels, 6);
    assert_eq!(made.pcm.len() as u64, made.samples);
}
