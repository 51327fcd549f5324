//! Runs of the real tools: results, limits, and files that try to be something else.

use std::time::Duration;

use media_ffmpeg::testing::{make_clip, test_tools};
use media_ffmpeg::{Finished, Limits, MediaInput, Progress, ToolError, Tools};

const ENDLESS: &str = "testsrc2=size=640x360:duration=100000";
const SHORT: [&str; 6] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=64x48:duration=1",
    "-c:v",
    "libx264",
];

async fn probe(tools: &Tools, input: &MediaInput) -> Result<Finished, ToolError> {
    let asked = ["-show_entries", "format=format_name", "-of", "csv=p=0"];
    tools.ffprobe().args(asked).input(input).run(|_| {}).await
}

#[tokio::test]
async fn a_run_tells_its_progress_and_its_cpu_time() {
    let tools = test_tools().await;
    let mut last = Progress::default();
    let command = tools
        .ffmpeg()
        .synthetic("testsrc2=size=640x360:duration=4")
        .args(["-f", "null", "-"]);
    let finished = command.run(|progress| last = progress).await.unwrap();
    assert_eq!(last.frame, 100);
    assert_eq!(last.out_time, Duration::from_secs(4));
    assert!(finished.stdout.is_empty());
    assert!(finished.cpu_time.is_some_and(|time| time > Duration::ZERO));
}

#[tokio::test]
async fn captured_and_streamed_output_are_the_same_and_progress_still_comes() {
    let tools = test_tools().await;
    let command = tools
        .ffmpeg()
        .synthetic("testsrc2=size=64x48:duration=1:rate=10")
        .args(["-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"])
        .capture_stdout();
    let (mut streamed, mut last) = (Vec::new(), Progress::default());
    let captured = command.clone().run(|_| {}).await.unwrap();
    let piece = |bytes: &[u8]| streamed.extend_from_slice(bytes);
    command
        .stream(piece, |progress| last = progress)
        .await
        .unwrap();
    assert_eq!(captured.stdout.len(), 64 * 48 * 10);
    assert_eq!(captured.stdout, streamed);
    assert_eq!(captured.stderr_tail, "");
    assert_eq!(last.frame, 10);
}

#[tokio::test]
async fn any_file_name_works() {
    let (tools, folder) = (test_tools().await, tempfile::tempdir().unwrap());
    for name in [
        "a:b.mp4",
        "-dash.mp4",
        "🎬 film.mp4",
        "two\nlines.mp4",
        "http:x.mp4",
        "100%d '\"$(x).mp4",
    ] {
        let clip = make_clip(&folder.path().join(name), &SHORT).await;
        let probed = probe(&tools, &clip).await.unwrap();
        assert!(probed.stdout.starts_with(b"\"mov,mp4"), "{name}");
        let decode = tools
            .ffmpeg()
            .input(&clip)
            .args(["-f", "null", "-"])
            .run(|_| {})
            .await;
        assert!(decode.is_ok(), "{name}: {decode:?}");
    }
}

#[tokio::test]
async fn playlists_and_scripts_that_name_other_files_are_refused_by_both_tools() {
    let (tools, folder) = (test_tools().await, tempfile::tempdir().unwrap());
    let secret = make_clip(&folder.path().join("secret.mp4"), &SHORT).await;
    let secret = secret.path().display().to_string();
    let traps = [
        (
            "hls.m3u8",
            format!(
                "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"
            ),
        ),
        (
            "hls.mp4",
            format!(
                "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"
            ),
        ),
        (
            "concat.mkv",
            format!("ffconcat version 1.0\nfile '{secret}'\n"),
        ),
        (
            "session.mp4",
            format!(
                "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 1 RTP/AVP 96\na={secret}\n"
            ),
        ),
        (
            "dash.webm",
            format!(
                "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>{secret}</BaseURL></MPD>"
            ),
        ),
        ("text.mp4", "this is a shopping list".to_owned()),
    ];
    for (name, text) in traps {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let trap = MediaInput::open(&path).unwrap();
        let probed = probe(&tools, &trap).await;
        assert!(
            matches!(probed, Err(ToolError::Failed { .. })),
            "{name}: {probed:?}"
        );
        let decoded = tools
            .ffmpeg()
            .input(&trap)
            .args(["-f", "null", "-"])
            .run(|_| {})
            .await;
        assert!(
            matches!(decoded, Err(ToolError::Failed { .. })),
            "{name}: {decoded:?}"
        );
    }
}

#[tokio::test]
async fn external_tracks_of_a_quicktime_file_stay_closed() {
    let tools = test_tools().await;
    let help = tools
        .ffmpeg()
        .args(["-h", "demuxer=mov"])
        .capture_stdout()
        .run(|_| {})
        .await
        .unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for option in ["-enable_drefs", "-use_absolute_path"] {
        let line = help.lines().find(|line| line.contains(option)).unwrap();
        assert!(line.contains("(default false)"), "{line}");
    }
}

#[tokio::test]
async fn each_limit_is_told_as_what_it_is() {
    let tools = test_tools().await;
    let endless = || tools.ffmpeg().synthetic(ENDLESS);
    let limits = Limits {
        cpu: Duration::from_secs(1),
        ..Limits::default()
    };
    let cpu = endless()
        .args(["-f", "null", "-"])
        .limits(limits)
        .run(|_| {})
        .await;
    assert!(matches!(cpu, Err(ToolError::CpuLimit { .. })), "{cpu:?}");

    let limits = Limits {
        wall: Duration::from_millis(200),
        ..Limits::default()
    };
    let wall = endless()
        .args(["-f", "null", "-"])
        .limits(limits)
        .run(|_| {})
        .await
        .unwrap_err();
    assert!(matches!(wall, ToolError::TimedOut { .. }), "{wall:?}");
    assert!(wall.is_transient());

    let limits = Limits {
        stdout: 1000,
        ..Limits::default()
    };
    let raw = endless()
        .args(["-f", "rawvideo", "pipe:1"])
        .capture_stdout();
    let output = raw.limits(limits).run(|_| {}).await;
    assert!(
        matches!(output, Err(ToolError::OutputTooLarge { limit: 1000, .. })),
        "{output:?}"
    );

    let limits = Limits {
        address_space: 64 << 20,
        ..Limits::default()
    };
    let memory = endless()
        .args(["-f", "null", "-"])
        .limits(limits)
        .run(|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(memory, ToolError::Failed { .. } | ToolError::Killed { .. }),
        "{memory:?}"
    );
}

#[tokio::test]
async fn an_end_from_outside_is_worth_a_retry_and_a_bad_argument_is_not() {
    let tools = test_tools().await;
    for signal in ["9", "15"] {
        let mark = format!("title=end-{signal}-{}", std::process::id());
        let command =
            tools
                .ffmpeg()
                .synthetic(ENDLESS)
                .args(["-metadata", &mark, "-f", "null", "-"]);
        let ended = command
            .run(|_| end_process_with(&mark, signal))
            .await
            .unwrap_err();
        assert!(matches!(ended, ToolError::Killed { .. }), "{ended:?}");
        assert!(ended.is_transient());
    }
    let wrong = tools
        .ffmpeg()
        .arg("-no_such_option")
        .run(|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(&wrong, ToolError::Failed { stderr_tail, .. } if stderr_tail.contains("no_such_option"))
    );
    assert!(!wrong.is_transient());
}

/// Signals the one process that carries `mark` among its arguments.
fn end_process_with(mark: &str, signal: &str) {
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let marked = arguments
            .split(|byte| *byte == 0)
            .any(|argument| argument == mark.as_bytes());
        let id = entry
            .file_name()
            .to_string_lossy()
            .parse()
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let (true, Some(id)) = (marked, id) {
            let signal = if signal == "9" {
                rustix::process::Signal::KILL
            } else {
                rustix::process::Signal::TERM
            };
            // It may have ended since it was looked at.
            let _sent = rustix::process::kill_process(id, signal);
        }
    }
}
