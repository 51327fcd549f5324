//! Whole files in, cues and warnings out.

use std::time::Duration;

use media_ffmpeg::testing::shared_media;
use proptest::prelude::*;

use super::*;
use crate::limits::MAX_BYTES;

fn problems(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

const SRT: &str = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>First</i>\r\nline two\r\n\r\n\
    2\r\n00:00:02,000 --> 00:00:04,000 X1:10 X2:20\r\nover & out\r\n\r\nafter a gap\r\n\r\n\
    3\r\n00:00:05,000 --> 00:00:04,000\r\nbackwards\r\n\r\n\
    4\r\n00:00:06,000 --> 00:00:07,000\r\n\r\n";

#[test]
fn a_subrip_file_becomes_webvtt() {
    let (cues, warnings) = parse("film.srt", SRT.as_bytes()).unwrap();
    assert_eq!(
        cues.to_webvtt(),
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\n<i>First</i>\nline two\n\n\
         2\n00:00:02.000 --> 00:00:04.000\nover &amp; out\nafter a gap\n"
    );
    assert_eq!(
        problems(&warnings),
        [
            "line 13: the cue ends before it starts; it was left out",
            "line 17: the cue has no text; it was left out",
        ]
    );
}

const VTT: &str = "WEBVTT - made by hand\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n\
    STYLE\n::cue { color: red }\n\nREGION\nid:top\n\nNOTE a comment\nof two lines\n\n\
    intro\n00:05.000 --> 00:06.000 line:0 region:top align:start colour:red\n<v Ann>Hello</v>\n\n\
    00:01.000 --> 00:02.000\nearlier\n00:03.000 --> 00:04.000\nright below\n";

#[test]
fn a_webvtt_file_keeps_its_cues_and_loses_its_styling() {
    let (cues, warnings) = parse("film.vtt", VTT.as_bytes()).unwrap();
    assert_eq!(
        cues.to_webvtt(),
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nearlier\n\n\
         00:00:03.000 --> 00:00:04.000\nright below\n\n\
         intro\n00:00:05.000 --> 00:00:06.000 line:0 align:start\n<v Ann>Hello</v>\n"
    );
    let found = problems(&warnings);
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found[0].starts_with("line 2: X-TIMESTAMP-MAP was left out"));
    assert!(found[1].starts_with("line 4: a STYLE block was left out"));
    assert!(found[2].starts_with("line 7: a REGION block was left out"));
    assert_eq!(
        found[3],
        "line 14: the cue setting \"colour:red\" is unknown; it was left out"
    );
    assert_eq!(found[4], "cues were not in order of time and were sorted");
}

#[test]
fn files_with_nothing_to_show_say_why() {
    let refused = |name, text: &str| parse(name, text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refused("a.srt", "1\n-00:00:01,000 --> 00:00:02,000\nx\n"),
        "a.srt has no usable cue; line 2: the cue has a negative time; it was left out"
    );
    assert_eq!(refused("a.srt", ""), "a.srt has no usable cue");
    assert_eq!(refused("a.vtt", "WEBVTT\n\n"), "a.vtt has no usable cue");
    assert_eq!(
        refused("a.vtt", "1\n00:01.000 --> 00:02.000\nx\n"),
        "a.vtt, line 1: a WebVTT file begins with WEBVTT; add that line or name the file .srt"
    );
    let long = format!("WEBVTT\n\n{}", "x".repeat(MAX_LINE_BYTES + 1));
    assert_eq!(
        refused("a.vtt", &long),
        "a.vtt, line 3: a line may be 8192 bytes long"
    );
}

#[test]
fn a_file_wrong_throughout_gives_a_bounded_list() {
    let mut text = String::from("WEBVTT\n\n00:00.000 --> 00:01.000\nok\n\n");
    text.push_str(&"00:02.000 --> 00:01.000\nx\n\n".repeat(200));
    let (_, warnings) = parse("a.vtt", text.as_bytes()).unwrap();
    assert_eq!(
        warnings.last().map(ToString::to_string).as_deref(),
        Some("150 more warnings")
    );
}

#[test]
fn too_many_cues_are_refused_with_their_line() {
    let text = format!(
        "WEBVTT\n\n{}",
        "00:00.000 --> 00:01.000\nx\n\n".repeat(MAX_CUES + 1)
    );
    let line = 3 + 3 * MAX_CUES;
    assert_eq!(
        parse("a.vtt", text.as_bytes()),
        Err(TextError::TooManyCues {
            name: "a.vtt".into(),
            line
        })
    );
}

#[test]
fn one_endless_line_is_refused_before_it_is_read() {
    let endless = vec![b'x'; MAX_BYTES + 1];
    assert!(matches!(
        parse("a.srt", &endless),
        Err(TextError::TooLarge { .. })
    ));
    let long = vec![b'x'; MAX_BYTES];
    assert!(matches!(
        parse("a.srt", &long),
        Err(TextError::LongLine { line: 1, .. })
    ));
    for start in [
        "[Script Info]\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:00.00,0:00:01.00,",
        "<tt><p begin='0s' end='1s'>",
    ] {
        let text = format!("{start}{}</p></tt>", "x".repeat(1 << 20));
        let refused = parse("a", text.as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("longer than"), "{refused}");
    }
}

#[test]
fn cues_past_the_titles_end_are_trimmed() {
    let (cues, _) = parse("film.srt", SRT.as_bytes()).unwrap();
    let (trimmed, warning) = cues.clone().trim_to(Duration::from_millis(1_500));
    assert_eq!(
        trimmed
            .cues
            .iter()
            .map(|cue| cue.end_ms)
            .collect::<Vec<_>>(),
        [1_500]
    );
    assert_eq!(
        warning.unwrap().problem,
        Problem::PastEnd {
            dropped: 1,
            shortened: 1
        }
    );
    assert_eq!(cues.clone().trim_to(Duration::from_secs(4)), (cues, None));
}

#[test]
fn real_subtitles_are_read_without_loss() {
    for language in ["en", "es", "de"] {
        let Some(input) = shared_media(&format!("sintel-{language}.vtt")) else {
            continue;
        };
        let bytes = std::fs::read(input.path()).unwrap();
        let (cues, warnings) = parse("sintel.vtt", &bytes).unwrap();
        assert_eq!(warnings, [], "{language}");
        let arrows = String::from_utf8_lossy(&bytes)
            .matches(crate::time::ARROW)
            .count();
        assert_eq!(cues.cues.len(), arrows, "{language}");
        let again = parse("again.vtt", cues.to_webvtt().as_bytes()).unwrap();
        assert_eq!(again, (cues, vec![]), "{language}");
    }
}

fn any_cue() -> impl Strategy<Value = Cue> {
    let identifier = proptest::option::of("[A-Za-z0-9 é]{0,8}[A-Za-z0-9]");
    let settings = prop_oneof![Just(""), Just("line:0"), Just("position:10% align:start")];
    let text = proptest::collection::vec("[ -~é<>&-]{0,20}[a-z>]", 1..4);
    (identifier, 0_u64..9_000_000, 1_u64..20_000, settings, text).prop_map(
        |(identifier, start_ms, length, settings, text)| Cue {
            identifier: identifier.map(|text| text.trim().to_owned()),
            start_ms,
            end_ms: start_ms + length,
            settings: settings.to_owned(),
            text: text.join("\n").replace(crate::time::ARROW, "->"),
        },
    )
}

/// Bytes that look enough like subtitles to reach the depths of the parsers.
fn subtitle_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r\n\r\n".to_owned()),
        Just("00:00:01,000 --> 00:00:02,000\n".to_owned()),
        Just("-->".to_owned()),
        Just("12\n".to_owned()),
        Just("NOTE\n".to_owned()),
        Just("STYLE\n".to_owned()),
        Just("{\\an8}<i>".to_owned()),
        Just("[Events]\nFormat: Start, End, Text\n".to_owned()),
        Just("Dialogue: 0:00:01.00,0:00:02.00,a{\\pos(1,2)\\i1}b\\Nc\n".to_owned()),
        Just("<p begin=\"1s\" dur=\"2f\">".to_owned()),
        Just("</p>".to_owned()),
        Just("<br/>&amp;".to_owned()),
        "\\PC{0,6}",
    ];
    let header = prop_oneof![
        Just(""),
        Just("WEBVTT\n"),
        Just("[Script Info]\n"),
        Just("<tt xmlns=\"http://www.w3.org/ns/ttml\"><body>"),
    ];
    (header, proptest::collection::vec(piece, 0..30))
        .prop_map(|(header, pieces)| header.to_owned() + &pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_give_cues_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok((cues, _)) = parse("any.srt", &bytes) {
            prop_assert!(!cues.cues.is_empty());
        }
    }

    #[test]
    fn whatever_is_read_can_be_written_and_read_again(text in subtitle_like()) {
        if let Ok((cues, _)) = parse("any", text.as_bytes()) {
            prop_assert!(cues.cues.iter().all(|cue| cue.start_ms < cue.end_ms && !cue.text.is_empty()));
            let again = parse("again.vtt", cues.to_webvtt().as_bytes());
            prop_assert_eq!(again, Ok((cues, vec![])));
        }
    }

    #[test]
    fn cues_survive_a_round_trip(mut cues in proptest::collection::vec(any_cue(), 1..20)) {
        cues.sort_by_key(|cue| cue.start_ms);
        let cues = Cues { cues };
        let again = parse("again.vtt", cues.to_webvtt().as_bytes());
        prop_assert_eq!(again, Ok((cues, vec![])));
    }
}
