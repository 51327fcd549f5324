//! Finding titles by what is known of their masters.
//!
//! A search is words; a title is found when every word is. A plain word is looked for everywhere; one
//! such as `reel:A001` only under that term. Case does not matter.

use contracts_studio::Submission;
use contracts_studio::master::Inspection;

/// A search, split and in lower case.
#[derive(Debug)]
pub(crate) struct Search {
    words: Vec<(Option<String>, String)>,
}

impl Search {
    /// Reads a search as a person types it.
    pub(crate) fn parse(text: &str) -> Self {
        let lower = text.to_lowercase();
        let words = lower
            .split_whitespace()
            .map(|word| match word.split_once(':') {
                // A timecode has colons and no term before them.
                Some((term, value)) if !value.is_empty() && term.chars().all(is_of_a_term) => {
                    (Some(term.to_owned()), value.to_owned())
                }
                _ => (None, word.to_owned()),
            });
        Self {
            words: words.collect(),
        }
    }

    /// Whether a title has every word.
    pub(crate) fn finds(&self, submission: &Submission, inspection: Option<&Inspection>) -> bool {
        let mut known = of_submission(submission);
        known.extend(inspection.into_iter().flat_map(of_inspection));
        self.words.iter().all(|(term, word)| {
            known.iter().any(|(name, value)| {
                term.as_ref().is_none_or(|term| term == name) && value.to_lowercase().contains(word)
            })
        })
    }
}

fn is_of_a_term(c: char) -> bool {
    c.is_ascii_lowercase() || c == '-'
}

fn of_submission(submission: &Submission) -> Vec<(&'static str, String)> {
    let mut known = vec![
        ("title", submission.title.clone()),
        ("category", submission.category.clone()),
    ];
    known.extend(submission.tags.iter().map(|tag| ("tag", tag.clone())));
    known
}

fn of_inspection(inspection: &Inspection) -> Vec<(&'static str, String)> {
    let report = &inspection.report;
    let video = &report.video;
    let colour = [
        &video.colour.primaries,
        &video.colour.transfer,
        &video.colour.matrix,
    ];
    let mut known = vec![
        ("container", report.container.clone()),
        ("codec", video.codec.clone()),
        ("size", format!("{}x{}", video.width, video.height)),
    ];
    known.extend(
        colour
            .into_iter()
            .flatten()
            .map(|tag| ("colour", tag.clone())),
    );
    known.extend(
        report
            .timecode
            .map(|timecode| ("timecode", timecode.to_string())),
    );
    for track in &report.audio {
        known.push(("codec", track.codec.clone()));
        known.push(("language", track.language.clone()));
        known.push(("layout", track.layout.clone()));
    }
    known.extend(
        report
            .text
            .iter()
            .map(|track| ("language", track.language.clone())),
    );
    known.extend(
        report
            .source
            .iter()
            .map(|fact| (fact.term.name(), fact.value.clone())),
    );
    let findings = inspection.examination.findings.iter();
    known.extend(findings.map(|finding| ("finding", finding.check.name().to_owned())));
    known
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn submission() -> Submission {
        let json =
            serde_json::json!({ "title": "The Long Walk", "upload_id": "u", "tags": ["north"] });
        serde_json::from_value(json).unwrap()
    }

    fn inspection() -> Inspection {
        let json = serde_json::json!({
            "report": {
                "container": "mov", "duration_ms": 1, "bytes": 1, "other_video": 0, "audio": [], "text": [],
                "warnings": [],
                "video": {
                    "stream_index": 0, "codec": "prores", "width": 1920, "height": 1080, "display_width": 1920,
                    "display_height": 1080, "sar": [1, 1], "rotation": 0,
                    "frame_rate": { "numerator": 24, "denominator": 1 }, "variable_rate": false, "bit_depth": 10,
                    "pixel_format": "", "colour": {}, "interlaced": false, "start_ms": 0
                },
                "timecode": { "hours": 1, "minutes": 0, "seconds": 0, "frames": 0, "drop_frame": false },
                "source": [{ "term": "reel", "value": "A001R2EC" }, { "term": "camera-make", "value": "ARRI" }]
            },
            "examination": {
                "findings": [{ "check": "repeated-frames", "severity": "note", "sentence": "s" }],
                "cadence": { "frames": 1, "repeated_frames": 0, "repeat_every": null, "fields": null },
                "levels": { "dark": 0, "bright": 0 }, "cpu_ms": null
            }
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn every_word_must_be_found_and_terms_narrow() {
        let inspection = inspection();
        let finds = |text: &str| Search::parse(text).finds(&submission(), Some(&inspection));
        for text in [
            "",
            "walk",
            "WALK a001",
            "reel:a001",
            "camera-make:arri codec:prores",
            "01:00:00:00",
            "size:1920x1080",
            "finding:repeated-frames",
            "tag:north",
        ] {
            assert!(finds(text), "{text}");
        }
        for text in ["run", "reel:arri", "walk a002", "nothing:a001"] {
            assert!(!finds(text), "{text}");
        }
        assert!(Search::parse("long").finds(&submission(), None));
        assert!(!Search::parse("arri").finds(&submission(), None));
    }

    proptest! {
        #[test]
        fn any_search_is_survived(text in ".{0,60}") {
            let _found = Search::parse(&text).finds(&submission(), Some(&inspection()));
        }
    }
}
