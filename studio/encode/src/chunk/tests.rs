//! Chunks encoded side by side, and masters of every awkward kind.

use std::time::Duration;

use contracts_studio::{EncodingProfile, VideoCodec};
use media_ffmpeg::testing::{make_clip, shared_media, test_tools, tools_folder};
use studio_inspect::{Report, inspect};
use studio_ladder::{Rung, fixed_ladder};
use studio_shots::{Chunk, SegmentPlan, chunks, plan_segments, survey};

use super::*;
use crate::Rendition;

struct Master {
    tools: Tools,
    input: MediaInput,
    report: Report,
    plan: SegmentPlan,
    ladder: Vec<Rung>,
}

async fn master(input: MediaInput) -> Master {
    let tools = test_tools().await;
    let report = inspect(&tools, &input).await.unwrap();
    let found = survey(&tools, &input, &report, |_| {}).await.unwrap();
    let plan = plan_segments(found.frame_rate, found.frames, &found.cuts()).unwrap();
    let video = &report.video;
    let ladder = fixed_ladder(video.display_width, video.display_height, plan.frame_rate);
    Master {
        tools,
        input,
        report,
        plan,
        ladder,
    }
}

impl Master {
    async fn encode(&self, task: &ChunkTask, out: &Path) -> EncodedChunk {
        let mut told = 0;
        let count = |frames| told = frames;
        let made = encode_chunk(&self.tools, &self.input, task, out, count)
            .await
            .unwrap();
        assert_eq!(told, task.span.frames);
        made
    }

    fn task(&self, chunk: &Chunk, rendition: &Rendition) -> ChunkTask {
        ChunkTask::new(&self.report, &self.plan, chunk, rendition).unwrap()
    }

    /// Encodes every chunk of a rung, all at once, and checks what joining them relies on.
    async fn encode_all(&self, rung: &Rung, folder: &Path) -> Vec<EncodedChunk> {
        self.encode_rendition(&Rendition::h264(rung.clone()), folder)
            .await
    }

    async fn encode_rendition(&self, rendition: &Rendition, folder: &Path) -> Vec<EncodedChunk> {
        let ledger = chunks(&self.plan, Duration::from_secs(5));
        let paths: Vec<PathBuf> = ledger
            .iter()
            .map(|chunk| folder.join(format!("{}-{}.mp4", rendition.name(), chunk.index)))
            .collect();
        let tasks: Vec<_> = ledger
            .iter()
            .map(|chunk| self.task(chunk, rendition))
            .collect();
        let jobs = tasks
            .iter()
            .zip(&paths)
            .map(|(task, path)| self.encode(task, path));
        let made = futures::future::join_all(jobs).await;
        assert_eq!(
            made.iter().map(|chunk| chunk.frames).sum::<u64>(),
            self.plan.frames
        );
        assert!(
            made.iter()
                .all(|chunk| chunk.decoder_settings == made[0].decoder_settings)
        );
        made
    }

    /// What ffprobe says of one field of a chunk's picture.
    async fn probe(&self, chunk: &EncodedChunk, field: &str) -> String {
        let input = MediaInput::open(&chunk.path).unwrap();
        let entries = format!("stream={field}");
        let arguments = [
            "-select_streams",
            "v:0",
            "-show_entries",
            &entries,
            "-of",
            "csv=p=0",
        ];
        let asked = self
            .tools
            .ffprobe()
            .args(arguments)
            .input(&input)
            .run(|_| {})
            .await
            .unwrap();
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    }
}

#[tokio::test]
async fn chunks_made_side_by_side_hold_every_frame_once_with_the_same_settings() {
    let folder = tempfile::tempdir().unwrap();
    // Stillness, noise and motion: content that would tempt x264 into different parameter sets.
    let graph = "color=gray:s=640x360:r=30000/1001:d=6[a];testsrc2=s=640x360:r=30000/1001:d=6[b];\
         [b]noise=alls=60:allf=t[c];[a][c]concat";
    let preset = [
        "-f",
        "lavfi",
        "-i",
        graph,
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
    ];
    let master = master(make_clip(&folder.path().join("mixed.mp4"), &preset).await).await;
    for rung in &master.ladder {
        let made = master.encode_all(rung, folder.path()).await;
        assert!(made.len() >= 2, "{}", rung.name);
        let size = master.probe(&made[0], "width,height").await;
        assert_eq!(size, format!("{},{}", rung.width, rung.height));
    }
}

#[tokio::test]
async fn the_same_chunk_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let source = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=192x108:r=25:d=3",
        "-c:v",
        "libx264",
    ];
    let master = master(make_clip(&folder.path().join("clip.mkv"), &source).await).await;
    let chunk = chunks(&master.plan, Duration::from_secs(15))[0];
    let (one, two) = (folder.path().join("one.mp4"), folder.path().join("two.mp4"));
    let task = master.task(&chunk, &Rendition::h264(master.ladder[0].clone()));
    master.encode(&task, &one).await;
    master.encode(&task, &two).await;
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
}

/// Encodes the lowest rung of a two-second clip made with `arguments`; gives size, format and tags.
async fn described(name: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let master = master(make_clip(&folder.path().join(name), arguments).await).await;
    let made = master.encode_all(&master.ladder[0], folder.path()).await;
    let fields = "width,height,sample_aspect_ratio,pix_fmt,color_range,color_space,color_transfer,\
         color_primaries,field_order,r_frame_rate";
    master.probe(&made[0], fields).await
}

#[tokio::test]
async fn awkward_masters_become_plain_pictures() {
    let source = |graph| ["-f", "lavfi", "-i", graph];
    let wide_pixels = source("testsrc2=s=720x576:r=25:d=2,setsar=64/45");
    let found = described(
        "wide.mkv",
        &[&wide_pixels[..], &["-c:v", "libx264"]].concat(),
    )
    .await;
    assert_eq!(
        found,
        "426,240,1:1,yuv420p,tv,bt470bg,smpte170m,bt470bg,progressive,25/1"
    );
    let fields = source("testsrc2=s=720x480:r=60000/1001:d=2,interlace");
    let mpeg2 = [
        "-c:v",
        "mpeg2video",
        "-b:v",
        "8M",
        "-flags",
        "+ildct+ilme",
        "-f",
        "mpegts",
    ];
    let found = described("fields.ts", &[&fields[..], &mpeg2[..]].concat()).await;
    assert!(
        found.ends_with("smpte170m,progressive,30000/1001"),
        "{found}"
    );
    let deep = source("testsrc2=s=1280x720:r=24:d=2,format=yuv420p10le,setparams=range=pc");
    let found = described("deep.mkv", &[&deep[..], &["-c:v", "ffv1"]].concat()).await;
    assert_eq!(
        found,
        "426,240,1:1,yuv420p,tv,bt709,bt709,bt709,progressive,24/1"
    );
    let rgb = source("testsrc2=s=640x360:r=24:d=2,format=gbrp");
    let found = described("rgb.mkv", &[&rgb[..], &["-c:v", "ffv1"]].concat()).await;
    assert_eq!(
        found,
        "426,240,1:1,yuv420p,tv,bt709,bt709,bt709,progressive,24/1"
    );
}

#[tokio::test]
async fn a_bright_master_is_brought_to_standard_range() {
    let graph = "testsrc2=s=640x360:r=24:d=2,format=yuv420p10le,setparams=range=tv:\
         color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc";
    let found = described("bright.mkv", &["-f", "lavfi", "-i", graph, "-c:v", "ffv1"]).await;
    assert_eq!(
        found,
        "426,240,1:1,yuv420p,tv,bt709,bt709,bt709,progressive,24/1"
    );
}

#[tokio::test]
async fn an_upright_film_stays_upright() {
    let folder = tempfile::tempdir().unwrap();
    let flat = folder.path().join("flat.mp4");
    let source = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=640x360:r=25:d=2",
        "-c:v",
        "libx264",
    ];
    make_clip(&flat, &source).await;
    let flat = flat.to_str().unwrap();
    let turn = ["-display_rotation", "90", "-i", flat, "-c", "copy"];
    let master = master(make_clip(&folder.path().join("turned.mp4"), &turn).await).await;
    let made = master.encode_all(&master.ladder[0], folder.path()).await;
    assert_eq!(master.probe(&made[0], "width,height").await, "240,426");
}

#[tokio::test]
async fn a_chunk_of_another_plan_is_refused_and_a_failure_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let source = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=192x108:r=25:d=3",
        "-c:v",
        "libx264",
    ];
    let mut master = master(make_clip(&folder.path().join("clip.mp4"), &source).await).await;
    let chunk = chunks(&master.plan, Duration::from_secs(15))[0];
    let out = folder.path().join("out.mp4");
    let longer = Chunk {
        frames: chunk.frames + 1,
        ..chunk
    };
    let rendition = Rendition::h264(master.ladder[0].clone());
    let refused = ChunkTask::new(&master.report, &master.plan, &longer, &rendition);
    assert!(
        matches!(refused, Err(EncodeError::ForeignChunk { .. })),
        "{refused:?}"
    );
    master.plan.frames += 5;
    let chunk = Chunk {
        frames: master.plan.frames,
        ..chunk
    };
    let task = master.task(&chunk, &rendition);
    let refused = encode_chunk(&master.tools, &master.input, &task, &out, |_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            EncodeError::FrameCount {
                planned: 80,
                found: 75,
                ..
            }
        ),
        "{refused}"
    );
    assert!(!refused.is_transient() && !out.exists());
}

/// An ffmpeg that crashes wherever its arguments match a pattern of the shell.
async fn crashing(folder: &Path, pattern: &str) -> Tools {
    use std::os::unix::fs::PermissionsExt as _;
    let real = tools_folder().join("ffmpeg");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in {pattern}) kill -SEGV $$;; esac\nexec '{}' \"$@\"\n",
        real.display()
    );
    let path = folder.join("ffmpeg.sh");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = media_ffmpeg::ToolsConfig {
        ffmpeg: Some(path),
        ffprobe: Some(real.with_file_name("ffprobe")),
        ..media_ffmpeg::ToolsConfig::default()
    };
    Tools::locate(&config).await.unwrap()
}

#[tokio::test]
async fn a_chunk_that_crashes_the_encoder_is_made_with_safer_settings_and_still_joins() {
    let folder = tempfile::tempdir().unwrap();
    let source = ["-f", "lavfi", "-i", "testsrc2=s=192x108:r=25:d=2"];
    let master = master(make_clip(&folder.path().join("clip.mkv"), &source).await).await;
    let chunk = chunks(&master.plan, Duration::from_secs(15))[0];
    let (one, two) = (folder.path().join("one.mp4"), folder.path().join("two.mp4"));
    for codec in EncodingProfile::Standard.video().iter().copied() {
        let rendition = Rendition {
            codec,
            ..Rendition::h264(master.ladder[0].clone())
        };
        let task = master.task(&chunk, &rendition);
        let usual = master.encode(&task, &one).await;
        let tools = crashing(folder.path(), "*cpuflags*) ;; *force_key_frames*").await;
        let safer = encode_or_safer(&tools, &master.input, &task, &two, |_| {})
            .await
            .unwrap();
        assert_eq!(safer.effort, Effort::Safer);
        assert_eq!(safer.decoder_settings, usual.decoder_settings, "{codec}");
    }
}

#[tokio::test]
async fn a_chunk_that_crashes_the_encoder_each_time_fails_with_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let source = ["-f", "lavfi", "-i", "testsrc2=s=192x108:r=25:d=2"];
    let master = master(make_clip(&folder.path().join("clip.mkv"), &source).await).await;
    let chunk = chunks(&master.plan, Duration::from_secs(15))[0];
    let task = master.task(&chunk, &Rendition::h264(master.ladder[0].clone()));
    let tools = crashing(folder.path(), "*force_key_frames*").await;
    let out = folder.path().join("out.mp4");
    let refused = encode_or_safer(&tools, &master.input, &task, &out, |_| {})
        .await
        .unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("(0:00:00.0 to 0:00:02.0)"), "{said}");
    assert!(refused.is_crash() && !refused.is_transient() && !out.exists());
}

#[tokio::test]
async fn a_real_film_is_encoded_to_the_frame() {
    let Some(input) = shared_media("sintel-26s-848x480.mp4") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let master = master(input).await;
    let made = master.encode_all(&master.ladder[0], folder.path()).await;
    assert!(made.len() >= 4 && master.plan.frames == 652);
}

/// Eight seconds of which every frame says another mean brightness: 1000 and its number.
async fn with_dynamic_metadata(folder: &Path) -> PathBuf {
    let frame = |index: u64| {
        serde_json::json!({
            "LuminanceParameters": {
                "AverageRGB": 1000 + index,
                "LuminanceDistributions": { "DistributionIndex": [1, 99], "DistributionValues": [5, 7] },
                "MaxScl": [3000, 2000, 1000],
            },
            "NumberOfWindows": 1,
            "TargetedSystemDisplayMaximumLuminance": 400,
            "SceneFrameIndex": index, "SceneId": 0, "SequenceFrameIndex": index,
        })
    };
    let frames: Vec<_> = (0..192).map(frame).collect();
    let told = serde_json::json!({
        "JSONInfo": { "HDR10plusProfile": "B", "Version": "1.0" }, "SceneInfo": frames,
    });
    std::fs::write(folder.join("told.json"), told.to_string()).unwrap();
    let path = folder.join("master.mp4");
    let source = "testsrc2=size=160x90:rate=24:duration=8,format=yuv420p10le,\
                  setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv";
    let own = "hdr10=1:pools=none:frame-threads=1:keyint=48:log-level=error:dhdr10-info=told.json";
    let tools = test_tools().await;
    let run = tools.ffmpeg().current_dir(folder).synthetic(source);
    let run = run.args([
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        own,
    ]);
    run.output(&path).run(|_| {}).await.unwrap();
    path
}

#[tokio::test]
async fn every_frame_keeps_its_dynamic_metadata_in_the_chunk_it_falls_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = with_dynamic_metadata(folder.path()).await;
    let master = master(MediaInput::open(&path).unwrap()).await;
    assert!(master.report.video.colour.hdr10_plus);
    let rendition = Rendition {
        codec: VideoCodec::Hevc,
        hdr: true,
        ..Rendition::h264(master.ladder[0].clone())
    };
    let made = master.encode_rendition(&rendition, folder.path()).await;
    assert!(
        made.len() > 1,
        "a chunk that begins late is read from elsewhere"
    );
    let mut found = Vec::new();
    for chunk in &made {
        let input = MediaInput::open(&chunk.path).unwrap();
        let asked = master
            .tools
            .ffprobe()
            .args(["-show_entries", "frame_side_data=average_maxrgb"]);
        let asked = asked.args(["-of", "default=nk=1"]).input(&input);
        let said = String::from_utf8(asked.run(|_| {}).await.unwrap().stdout).unwrap();
        found.extend(
            said.lines()
                .filter_map(|line| line.strip_suffix("/100000")?.parse::<u64>().ok()),
        );
    }
    assert_eq!(found, (1000..1192).collect::<Vec<_>>());
    let left = std::fs::read_dir(folder.path()).unwrap();
    assert!(
        left.flatten().all(|it| it.file_type().unwrap().is_file()),
        "nothing lies about"
    );
}
