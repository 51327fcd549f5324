//! TTML in and out.

use proptest::prelude::*;

use crate::{Cue, Cues, parse};

/// Start, end, settings and text.
type Said = (u64, u64, String, String);

fn read(text: &str) -> (Vec<Said>, Vec<String>) {
    let (cues, warnings) = parse("film.ttml", text.as_bytes()).unwrap();
    let cue = |cue: Cue| (cue.start_ms, cue.end_ms, cue.settings, cue.text);
    let warnings = warnings.iter().map(ToString::to_string).collect();
    (cues.cues.into_iter().map(cue).collect(), warnings)
}

const FILM: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" xml:lang="en">
  <head><metadata><desc>not a cue</desc></metadata>
    <styling><style xml:id="thought" tts:fontStyle="italic" tts:color="#ff0"/></styling>
    <layout>
      <region xml:id="top" tts:origin="10% 5%" tts:extent="80% 20%">
        <style tts:textAlign="center" tts:displayAlign="before"/>
      </region>
    </layout>
  </head>
  <body><div begin="10s">
    <p begin="00:00:01:05" end="00:00:02">plain
      &amp; folded</p>
    <p begin="2s" dur="1s" region="top" style="thought">over <span tts:fontWeight="bold">and</span><br/>out</p>
    <p begin="5s" end="4s">backwards</p>
    <p begin="6s" end="7s"><span/></p>
  </div></body>
</tt>"##;

#[test]
fn times_looks_and_places_of_a_document_are_kept() {
    let (cues, warnings) = read(FILM);
    let place = "line:5% position:50% size:80%".to_owned();
    assert_eq!(
        cues,
        [
            (
                11_200,
                12_000,
                String::new(),
                "plain &amp; folded".to_owned()
            ),
            (
                12_000,
                13_000,
                place,
                "<i>over <b>and</b>\nout</i>".to_owned()
            ),
        ]
    );
    assert_eq!(
        warnings,
        ["line 16: the cue ends before it starts; it was left out"]
    );
}

#[test]
fn entities_of_its_own_are_not_expanded() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE tt [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">\
        <!ENTITY f SYSTEM \"file:///etc/passwd\">]>\n\
        <tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p begin=\"0s\" end=\"1s\">x&b;&f;&#233;</p></body></tt>";
    let (cues, warnings) = read(bomb);
    assert_eq!(cues[0].3, "xé");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
}

#[test]
fn broken_and_deep_documents_keep_what_came_before() {
    let start = "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p begin=\"0s\" end=\"1s\">kept</p>";
    for rest in [
        "<p begin='1s' end='2s'>lost</q>".to_owned(),
        "<div>".repeat(10_000),
        "<p a=1 a>".to_owned(),
    ] {
        let (cues, warnings) = read(&format!("{start}{rest}"));
        assert_eq!(cues.len(), 1);
        assert!(warnings[0].contains("XML is broken"), "{warnings:?}");
    }
}

#[test]
fn imsc_1_out_is_read_back() {
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ann>low &amp; <i>slanted</i>\ntwo\n\n\
        00:03.000 --> 00:04.000 line:10% align:start position:20%\nhigh\n";
    let (cues, _) = parse("a.vtt", vtt.as_bytes()).unwrap();
    let imsc = cues.to_imsc1("en-GB");
    assert!(imsc.contains("profile/imsc1.1/text") && imsc.contains("xml:lang=\"en-GB\""));
    let (again, warnings) = read(&imsc);
    assert_eq!(warnings, [] as [String; 0]);
    assert_eq!(again[0].3, "low &amp; <i>slanted</i>\ntwo");
    assert_eq!((again[1].0, again[1].1), (3_000, 4_000));
    assert_eq!(again[1].2, "line:10% position:20% size:80% align:start");
}

fn any_cue() -> impl Strategy<Value = Cue> {
    let settings = prop_oneof![
        Just(String::new()),
        (0_u16..=100, 0_u16..=100)
            .prop_map(|(line, position)| format!("line:{line}% position:{position}%")),
        (-20_i32..20).prop_map(|line| format!("line:{line},end align:end")),
    ];
    let text = proptest::collection::vec("[a-z<>&/i;é漢]{1,12}[a-z]", 1..3);
    (0_u64..9_000_000, 1_u64..20_000, settings, text).prop_map(
        |(start_ms, length, settings, text)| Cue {
            identifier: None,
            start_ms,
            end_ms: start_ms + length,
            settings,
            text: text.join("\n"),
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_written_is_well_formed_and_keeps_its_times(cues in proptest::collection::vec(any_cue(), 1..10)) {
        let mut cues = cues;
        cues.sort_by_key(|cue| cue.start_ms);
        let shown = |cue: &Cue| !crate::plain::plain_text(&cue.text).trim().is_empty();
        let times: Vec<_> = cues.iter().filter(|cue| shown(cue)).map(|cue| (cue.start_ms, cue.end_ms)).collect();
        match parse("again.ttml", Cues { cues }.to_imsc1("und").as_bytes()) {
            Ok((again, warnings)) => {
                prop_assert_eq!(warnings, vec![]);
                let again: Vec<_> = again.cues.iter().map(|cue| (cue.start_ms, cue.end_ms)).collect();
                prop_assert_eq!(again, times);
            }
            Err(_) => prop_assert!(times.is_empty()),
        }
    }
}
