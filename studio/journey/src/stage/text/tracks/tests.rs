//! What is read, what is named how, and what is not read at all.

use super::*;

fn facts(codec: &str, title: Option<&str>, forced: bool) -> TextFacts {
    TextFacts {
        stream_index: 2,
        codec: codec.to_owned(),
        is_text: true,
        language: "en".to_owned(),
        title: title.map(str::to_owned),
        forced,
        default: false,
    }
}

#[test]
fn tracks_are_told_apart_by_their_labels() {
    let language: LanguageTag = "en".parse().unwrap();
    let mut tracks = Vec::new();
    let mut labels = Vec::new();
    for (title, forced) in [(None, false), (None, false), (Some("Signs"), true)] {
        let label = label(&facts("ass", title, forced), &language, &tracks);
        labels.push(label.clone());
        tracks.push(Track {
            language: "en".to_owned(),
            label,
            cues: Cues::default(),
            warnings: Vec::new(),
        });
    }
    assert_eq!(labels, ["English", "English 2", "Signs (forced)"]);
}

#[tokio::test]
async fn a_file_of_one_endless_line_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    // 200 MB that take no room on the disk: reading them would take it in memory.
    std::fs::File::create(&path)
        .unwrap()
        .set_len(200 << 20)
        .unwrap();
    let subtitle = ReceivedSubtitle {
        language: "en".to_owned(),
        label: None,
        filename: "long.srt".to_owned(),
        path,
    };
    let refused = read(&subtitle).await.unwrap_err();
    assert!(
        refused.sentence().contains("long.srt is 209715200 bytes"),
        "{refused:?}"
    );
}

#[test]
fn tracks_of_pictures_have_no_format() {
    assert_eq!(Format::of("dvd_subtitle"), None);
    assert_eq!(
        Format::of("mov_text").map(|format| format.container),
        Some("ass")
    );
}
