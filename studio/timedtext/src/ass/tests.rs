//! ASS and SSA in.

use media_ffmpeg::testing::shared_media;

use crate::{Cue, parse};

/// Start, end, settings and text.
type Said = (u64, u64, String, String);

fn read(text: &str) -> (Vec<Said>, Vec<String>) {
    let (cues, warnings) = parse("film.ass", text.as_bytes()).unwrap();
    let cue = |cue: Cue| (cue.start_ms, cue.end_ms, cue.settings, cue.text);
    let warnings = warnings.iter().map(ToString::to_string).collect();
    (cues.cues.into_iter().map(cue).collect(), warnings)
}

const FILM: &str = "\u{feff}[Script Info]\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 360\n\n\
    [V4+ Styles]\nFormat: Name, Fontname, Alignment\nStyle: Default,Arial,2\nStyle: Sign,Arial,8\n\n\
    [Events]\nFormat: Layer, Start, End, Style, Text\n\
    Comment: 0,0:00:00.00,0:00:09.00,Default,not shown\n\
    Dialogue: 0,0:00:01.00,0:00:02.50,Default,Hello, {\\i1}you{\\i0} <3\\Nthere\n\
    Dialogue: 0,0:00:03.00,0:00:04.00,Sign,up\n\
    Dialogue: 0,0:00:05.00,0:00:06.00,Default,{\\an7\\pos(64,90)}placed\n\
    Dialogue: 0,0:00:07.00,0:00:08.00,Default,{\\p1}m 0 0 l 10 10{\\p0}\n\
    Dialogue: 0,0:00:09.00,0:00:08.00,Default,backwards\n\
    Dialogue: 0,0:00:09.00,0:00:10.00,Default,{unclosed\n";

#[test]
fn dialogue_styles_and_places_are_kept() {
    let (cues, warnings) = read(FILM);
    let wanted = [
        (1_000, 2_500, "", "Hello, <i>you</i> &lt;3\nthere"),
        (3_000, 4_000, "line:0", "up"),
        (5_000, 6_000, "line:25% position:10% align:start", "placed"),
        (9_000, 10_000, "", "{unclosed"),
    ];
    let wanted = wanted
        .map(|(start, end, settings, text)| (start, end, settings.to_owned(), text.to_owned()));
    assert_eq!(cues, wanted);
    assert_eq!(
        warnings,
        ["line 18: the cue ends before it starts; it was left out"]
    );
}

#[test]
fn the_first_version_counts_its_places_otherwise() {
    let text = "[Script Info]\nScriptType: v4.00\n[V4 Styles]\nFormat: Name, Alignment\nStyle: Default,6\n\
        [Events]\nFormat: Marked, Start, End, Style, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,up\n";
    assert_eq!(read(text).0[0].2, "line:0");
}

#[tokio::test]
async fn a_track_taken_out_of_a_real_master_is_read() {
    let Some(input) = shared_media("sintel-26s-ass-subtitles.mkv") else {
        return;
    };
    let tools = media_ffmpeg::testing::test_tools().await;
    let run = tools
        .ffmpeg()
        .input(&input)
        .args(["-map", "0:s:0", "-c", "copy", "-f", "ass", "pipe:1"]);
    let track = run.capture_stdout().run(|_| {}).await.unwrap().stdout;
    let (cues, warnings) = parse("track.ass", &track).unwrap();
    assert_eq!(warnings, []);
    let dialogues = String::from_utf8_lossy(&track).matches("Dialogue:").count();
    assert_eq!(cues.cues.len(), dialogues);
}
