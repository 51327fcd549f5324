//! Chunks encoded side by side, and masters of every awkward kind.

use std::time::Duration;

use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use studio_inspect::inspect;
use studio_ladder::fixed_ladder;
use studio_shots::{chunks, plan_segments, survey};

use super::*;

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
    async fn encode(&self, chunk: &Chunk, rung: &Rung, out: &Path) -> EncodedChunk {
        let mut told = 0;
        let Self {
            tools,
            input,
            report,
            plan,
            ..
        } = self;
        let count = |frames| told = frames;
        let made = encode_chunk(tools, input, report, plan, chunk, rung, out, count)
            .await
            .unwrap();
        assert_eq!(told, chunk.frames);
        made
    }

    /// Encodes every chunk of a rung, all at once, and checks what joining them relies on.
    async fn encode_all(&self, rung: &Rung, folder: &Path) -> Vec<EncodedChunk> {
        let ledger = chunks(&self.plan, Duration::from_secs(5));
        let paths: Vec<PathBuf> = ledger
            .iter()
            .map(|chunk| folder.join(format!("{}-{}.mp4", rung.name, chunk.index)))
            .collect();
        let jobs = ledger
            .iter()
            .zip(&paths)
            .map(|(chunk, path)| self.encode(chunk, rung, path));
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
    master.encode(&chunk, &master.ladder[0], &one).await;
    master.encode(&chunk, &master.ladder[0], &two).await;
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
    let Master {
        tools,
        input,
        report,
        plan,
        ladder,
    } = &mut master;
    let refused = encode_chunk(
        tools,
        input,
        report,
        plan,
        &longer,
        &ladder[0],
        &out,
        |_| {},
    )
    .await;
    assert!(
        matches!(refused, Err(EncodeError::ForeignChunk { .. })),
        "{refused:?}"
    );
    plan.frames += 5;
    let refused = encode_chunk(
        tools,
        input,
        report,
        plan,
        &Chunk {
            frames: plan.frames,
            ..chunk
        },
        &ladder[0],
        &out,
        |_| {},
    )
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
