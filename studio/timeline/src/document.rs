//! The document as a whole, and how it is written down.

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_EVENTS, MAX_JSON_BYTES};
use crate::{Event, Index};

/// All events of a title, in order of their start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    duration_ms: u64,
    events: Vec<Event>,
}

/// Why bytes are no media document, or why one cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not JSON of the right shape.
    #[error("the media document cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by another version of this code.
    #[error("the media document has version {found}, and this code reads version {VERSION}")]
    Version {
        /// The version it says.
        found: u32,
    },
    /// More than [`MAX_EVENTS`].
    #[error("a media document may have {MAX_EVENTS} events, and this one has {found}")]
    TooManyEvents {
        /// How many there are.
        found: usize,
    },
    /// More than [`MAX_JSON_BYTES`].
    #[error("a media document may be {MAX_JSON_BYTES} bytes long, and this one is {found}")]
    TooLong {
        /// How long it is.
        found: usize,
    },
}

/// The version this code writes.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    duration_ms: u64,
    events: Vec<Event>,
}

/// What every version has.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl Document {
    /// A document of these events, put in order of their start; those of one start keep theirs.
    ///
    /// # Errors
    /// [`DocumentError::TooManyEvents`].
    pub fn new(duration_ms: u64, mut events: Vec<Event>) -> Result<Self, DocumentError> {
        if events.len() > MAX_EVENTS {
            return Err(DocumentError::TooManyEvents {
                found: events.len(),
            });
        }
        events.sort_by_key(|event| event.interval.start_ms());
        Ok(Self {
            duration_ms,
            events,
        })
    }

    /// The title's length.
    pub fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    /// Every event in order of its start.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// An index for queries by time and place.
    pub fn index(&self) -> Index<'_> {
        Index::new(&self.events)
    }

    /// The document as JSON, with its version.
    ///
    /// # Errors
    /// [`DocumentError::TooLong`].
    pub fn to_json(&self) -> Result<Vec<u8>, DocumentError> {
        let json = serde_json::to_vec(&Written {
            version: VERSION,
            duration_ms: self.duration_ms,
            events: self.events.clone(),
        })?;
        bounded(&json)?;
        Ok(json)
    }

    /// Reads what [`Document::to_json`] wrote.
    ///
    /// # Errors
    /// [`DocumentError`]; the version is looked at before anything else.
    pub fn from_json(json: &[u8]) -> Result<Self, DocumentError> {
        bounded(json)?;
        let Head { version } = serde_json::from_slice(json)?;
        if version != VERSION {
            return Err(DocumentError::Version { found: version });
        }
        let written: Written = serde_json::from_slice(json)?;
        Self::new(written.duration_ms, written.events)
    }
}

fn bounded(json: &[u8]) -> Result<(), DocumentError> {
    if json.len() > MAX_JSON_BYTES {
        return Err(DocumentError::TooLong { found: json.len() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interval, Payload, Region, Severity, SubtitleCue};

    fn sample() -> Document {
        let at = |start, end| Interval::new(start, end).unwrap();
        let place = Region::new(1_000, 8_500, 8_000, 1_000).unwrap();
        let event = |interval, region, payload| Event {
            interval,
            region,
            payload,
        };
        let cue = SubtitleCue {
            track: 0,
            language: "en".into(),
            text: "<i>Hello</i>".into(),
            settings: "line:10%".into(),
        };
        let finding = Payload::Finding {
            severity: Severity::Warning,
            what: "black".into(),
            message: "the picture is black for 2 s".into(),
        };
        let moved = Payload::SubtitleMove {
            track: 0,
            from: place,
            text: "PARIS".into(),
        };
        let text = Payload::PictureText {
            text: "PARIS".into(),
            confidence: 91,
        };
        let events = vec![
            event(at(500, 900), Some(place), Payload::Subtitle(cue)),
            event(at(0, 2_000), None, Payload::Shot { index: 0 }),
            event(at(100, 200), None, finding),
            event(at(400, 1_000), Some(place), text),
            event(at(500, 900), Some(place), moved),
        ];
        Document::new(2_000, events).unwrap()
    }

    #[test]
    fn a_document_survives_being_written_down() {
        let document = sample();
        assert_eq!(document.events()[0].payload, Payload::Shot { index: 0 });
        let json = document.to_json().unwrap();
        assert_eq!(Document::from_json(&json).unwrap(), document);
    }

    #[test]
    fn the_written_form_is_kept_as_it_is() {
        let kept = include_bytes!("document/version-1.json");
        assert_eq!(Document::from_json(kept).unwrap(), sample());
    }

    #[test]
    fn another_version_and_other_bytes_are_refused() {
        let refused = |json: &str| {
            Document::from_json(json.as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(r#"{"version":2,"events":"none"}"#),
            "the media document has version 2, and this code reads version 1"
        );
        assert!(refused("[]").starts_with("the media document cannot be read"));
        let reversed = r#"{"version":1,"duration_ms":9,"events":[{"start_ms":5,"end_ms":1,"kind":"shot","index":0}]}"#;
        assert!(
            refused(reversed).contains("must end after"),
            "{}",
            refused(reversed)
        );
        let outside = r#"{"version":1,"duration_ms":9,"events":[{"start_ms":1,"end_ms":5,
            "region":{"x":9999,"y":0,"width":2,"height":1},"kind":"shot","index":0}]}"#;
        assert!(refused(outside).contains("leaves the frame"));
    }

    #[test]
    fn too_many_events_are_refused() {
        let event = Event {
            interval: Interval::new(0, 1).unwrap(),
            region: None,
            payload: Payload::Shot { index: 0 },
        };
        let refused = Document::new(1, vec![event; MAX_EVENTS + 1]);
        assert!(matches!(
            refused,
            Err(DocumentError::TooManyEvents { found }) if found == MAX_EVENTS + 1
        ));
    }
}
