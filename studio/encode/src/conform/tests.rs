//! The arguments, and that frames conformed chunk by chunk are the frames conformed whole.

use std::path::Path;

use media_ffmpeg::testing::{make_clip, shared_media, test_tools};
use media_ffmpeg::{MediaInput, Tools};
use studio_inspect::{Report, inspect};
use studio_shots::{chunks, plan_segments, survey};

use super::*;
use crate::fixture::report;

const RATE: FrameRate = FrameRate {
    numerator: 25,
    denominator: 1,
};

fn conform(report: &Report, start: u64) -> Conform<'_> {
    let span = Span { start, frames: 100 };
    Conform {
        video: &report.video,
        container: &report.container,
        rate: RATE,
        span,
        size: (640, 360),
        range: Range::Mapped,
    }
}

#[test]
fn reading_begins_at_an_index_only_where_there_is_one_and_it_pays() {
    let mut master = report();
    assert_eq!(conform(&master, 1000).best_start(), ReadFrom::Index);
    assert_eq!(conform(&master, 50).best_start(), ReadFrom::Beginning);
    master.container = "mpegts".into();
    assert_eq!(conform(&master, 1000).best_start(), ReadFrom::Beginning);
}

#[test]
fn a_seek_is_an_absolute_time_before_the_chunk() {
    let mut master = report();
    master.video.start_ms = 1_400;
    let options = conform(&master, 1000).input_options(ReadFrom::Index);
    assert!(options.ends_with(&["-seek_timestamp", "1", "-ss", "38.400"].map(str::to_owned)));
    assert_eq!(
        conform(&master, 1000).input_options(ReadFrom::Beginning),
        GRID_INPUT
    );
}

#[test]
fn the_chain_for_a_plain_hd_master() {
    let master = report();
    assert_eq!(
        conform(&master, 1000).filters(ReadFrom::Index),
        "setpts=round(PTS-(0.000)/TB),fps=25/1:round=near,trim=start_pts=1000:end_pts=1100,\
         setpts=PTS-STARTPTS,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709,\
         scale=640:360:flags=lanczos+accurate_rnd:out_range=tv,format=yuv420p,setsar=1,\
         setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
    );
}

#[test]
fn odd_masters_get_the_filters_they_need() {
    let mut master = report();
    master.video.interlaced = true;
    assert!(
        conform(&master, 0)
            .filters(ReadFrom::Beginning)
            .contains("bwdif=mode=send_frame")
    );
    master.video.pixel_format = "gbrp10le".into();
    assert!(
        conform(&master, 0)
            .filters(ReadFrom::Beginning)
            .contains("out_color_matrix=bt709")
    );
    let mut bright = report();
    bright.video.colour.transfer = Some("smpte2084".into());
    assert!(
        conform(&bright, 0)
            .filters(ReadFrom::Beginning)
            .contains("tonemap=hable")
    );
    let without = Conform {
        range: Range::Unmapped,
        ..conform(&bright, 0)
    };
    assert!(without.filters(ReadFrom::Beginning).ends_with(
        "setparams=color_primaries=bt709:color_trc=smpte2084:colorspace=bt709:range=tv"
    ));
}

#[test]
fn a_range_that_is_kept_has_ten_bits_and_its_own_curve() {
    let mut bright = report();
    bright.video.colour.transfer = Some("smpte2084".into());
    let kept = Conform {
        range: Range::Kept,
        ..conform(&bright, 0)
    };
    let chain = kept.filters(ReadFrom::Beginning);
    assert!(chain.contains("format=yuv420p10le") && !chain.contains("tonemap"));
    assert!(chain.ends_with("color_trc=smpte2084:colorspace=bt709:range=tv"));
}

#[test]
fn text_of_the_file_does_not_reach_the_graph() {
    let mut master = report();
    master.video.colour.matrix = Some("bt709,movie=/etc/passwd".into());
    master.video.height = 576;
    master.video.width = 720;
    let chain = conform(&master, 0).filters(ReadFrom::Beginning);
    assert!(
        !chain.contains("movie") && chain.contains("colorspace=bt470bg"),
        "{chain}"
    );
}

/// One hash for each frame of the conformed span.
async fn frame_hashes(
    tools: &Tools,
    input: &MediaInput,
    conform: Conform<'_>,
    from: ReadFrom,
) -> Vec<String> {
    let command = tools
        .ffmpeg()
        .args(conform.input_options(from))
        .input(input)
        .args(["-map", &format!("0:{}", conform.video.stream_index)])
        .args(["-vf", &conform.filters(from), "-fps_mode", "passthrough"])
        .args(["-f", "framemd5", "-"])
        .capture_stdout();
    let finished = command.run(|_| {}).await.unwrap();
    let text = String::from_utf8(finished.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.rsplit(',').next())
        .map(|hash| hash.trim().to_owned())
        .collect()
}

/// Checks that the chunks of a clip hold the frames of the whole, whichever way they are read; returns
/// how many chunks were found by their index.
async fn chunks_are_the_whole(input: &MediaInput) -> usize {
    let tools = test_tools().await;
    let report = inspect(&tools, input).await.unwrap();
    let found = survey(&tools, input, &report, |_| {}).await.unwrap();
    let plan = plan_segments(found.frame_rate, found.frames, &found.cuts()).unwrap();
    let conformed = |start, frames| Conform {
        video: &report.video,
        container: &report.container,
        rate: plan.frame_rate,
        span: Span { start, frames },
        size: (96, 54),
        range: Range::Unmapped,
    };
    let whole = frame_hashes(
        &tools,
        input,
        conformed(0, plan.frames),
        ReadFrom::Beginning,
    )
    .await;
    assert_eq!(whole.len() as u64, plan.frames);
    let mut by_index = 0;
    for chunk in chunks(&plan, std::time::Duration::from_secs(4)) {
        let part = conformed(chunk.start_frame, chunk.frames);
        let from = part.best_start();
        by_index += usize::from(from == ReadFrom::Index);
        let range = chunk.start_frame as usize..(chunk.start_frame + chunk.frames) as usize;
        let hashes = frame_hashes(&tools, input, part, from).await;
        assert_eq!(
            hashes,
            whole[range],
            "chunk {} of {}",
            chunk.index,
            input.path().display()
        );
    }
    by_index
}

/// Twelve seconds in which every frame differs.
async fn clip(path: &Path, source: &str, arguments: &[&str]) -> MediaInput {
    let source = format!("testsrc2=s=192x108:d=12:{source}");
    make_clip(path, &[&["-f", "lavfi", "-i", &source], arguments].concat()).await
}

#[tokio::test]
async fn a_chunk_has_the_same_frames_as_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "70"];
    let constant = clip(&path("constant.mp4"), "r=25", &x264).await;
    let uneven = "select='not(mod(n,3))+lt(mod(n,200),100)*not(mod(n,2))'";
    let uneven = [&x264[..], &["-vf", uneven, "-fps_mode", "vfr"]].concat();
    let uneven = clip(&path("uneven.mp4"), "r=60", &uneven).await;
    let webm = clip(
        &path("clip.webm"),
        "r=24000/1001",
        &["-c:v", "libvpx", "-g", "90"],
    )
    .await;
    let late = [&x264[..], &["-output_ts_offset", "7.3"]].concat();
    let late = clip(&path("late.mkv"), "r=30000/1001", &late).await;
    for input in [&constant, &uneven, &webm, &late] {
        let by_index = chunks_are_the_whole(input).await;
        assert!(
            by_index >= 2,
            "{}: {by_index} chunks by index",
            input.path().display()
        );
    }
    let unindexed = clip(&path("clip.ts"), "r=25", &x264).await;
    assert_eq!(chunks_are_the_whole(&unindexed).await, 0);
}

#[tokio::test]
async fn a_chunk_of_a_real_film_has_the_same_frames_as_the_whole() {
    for name in [
        "sintel-26s-848x480.mp4",
        "bunny-30s-1280x720.webm",
        "sintel-26s-ass-subtitles.mkv",
    ] {
        let Some(input) = shared_media(name) else {
            continue;
        };
        assert!(chunks_are_the_whole(&input).await >= 4, "{name}");
    }
}
