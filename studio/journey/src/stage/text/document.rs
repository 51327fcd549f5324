//! What the media document says of shots and subtitles.

use contracts_studio::master::{self, Inspection};
use studio_timedtext::{Collisions, Rule};
use studio_timeline::{Event, Interval, Payload, Severity, SubtitleCue};

use super::tracks::Track;
use crate::limits::SCENE_MS;
use crate::makings::Planned;

/// The shots: from cut to cut.
pub(super) fn shots(planned: &Planned) -> Vec<Event> {
    let survey = &planned.survey;
    let rate = survey.frame_rate;
    let at_ms = |frame: u64| {
        let scaled = u128::from(frame) * u128::from(rate.denominator) * 1000;
        u64::try_from(scaled / u128::from(rate.numerator.max(1))).unwrap_or(u64::MAX)
    };
    let starts: Vec<u64> = std::iter::once(0)
        .chain(survey.cuts().into_iter().filter(|cut| *cut > 0))
        .chain([survey.frames])
        .map(at_ms)
        .collect();
    (0..)
        .zip(starts.windows(2))
        .filter_map(|(index, ends)| {
            Some(Event {
                interval: Interval::new(ends[0], ends[1]).ok()?,
                region: None,
                payload: Payload::Shot { index },
            })
        })
        .collect()
}

/// What the inspection found at some time of the master.
pub(super) fn findings(inspection: &Inspection) -> Vec<Event> {
    let found = inspection.examination.findings.iter();
    found
        .filter_map(|finding| {
            let interval = Interval::new(finding.start_ms?, finding.end_ms?).ok()?;
            let severity = match finding.severity {
                master::Severity::Note => Severity::Note,
                master::Severity::Warning => Severity::Warning,
                master::Severity::Error => Severity::Error,
            };
            let payload = Payload::Finding {
                severity,
                what: finding.check.name().to_owned(),
                message: finding.sentence.clone(),
            };
            Some(event(interval, payload))
        })
        .collect()
}

/// How well dialogue can be understood, scene by scene: shots that follow one another, for as long as
/// [`SCENE_MS`] takes.
pub(super) fn dialogue(inspection: &Inspection, shots: &[Event]) -> Vec<Event> {
    let Some(dialogue) = &inspection.examination.dialogue else {
        return Vec::new();
    };
    let mut scenes: Vec<(u64, u64)> = Vec::new();
    for shot in shots {
        let (start, end) = (shot.interval.start_ms(), shot.interval.end_ms());
        match scenes.last_mut() {
            Some(scene) if scene.1 - scene.0 < SCENE_MS => scene.1 = end,
            _ => scenes.push((start, end)),
        }
    }
    let of_scene = |&(start, end): &(u64, u64)| {
        let hundredths = dialogue.between(start, end)?;
        let interval = Interval::new(start, end).ok()?;
        Some(event(interval, Payload::Dialogue { hundredths }))
    };
    scenes.iter().filter_map(of_scene).collect()
}

/// How loud it is, step by step; nothing where nothing is heard.
pub(super) fn loudness(inspection: &Inspection, duration_ms: u64) -> Vec<Event> {
    let Some(loudness) = &inspection.examination.loudness else {
        return Vec::new();
    };
    let step = u64::from(loudness.step_ms);
    let heard = (0..).zip(&loudness.steps).filter_map(|(number, lufs)| {
        let end = ((number + 1) * step).min(duration_ms);
        let interval = Interval::new(number * step, end).ok()?;
        Some(event(interval, Payload::Loudness { lufs: (*lufs)? }))
    });
    heard.collect()
}

/// A track's subtitles, their moves, and what is wrong with them.
pub(super) fn of_track(number: u32, track: &Track, collisions: &Collisions) -> Vec<Event> {
    let cues = &track.cues.cues;
    let subtitles = cues.iter().filter_map(|cue| {
        Some(Event {
            interval: cue.interval()?,
            region: Some(cue.region()),
            payload: Payload::Subtitle(SubtitleCue {
                track: number,
                language: track.language.clone(),
                text: cue.text.clone(),
                settings: cue.settings.clone(),
            }),
        })
    });
    let moves = collisions.moved.iter().filter_map(|moved| {
        Some(Event {
            interval: cues.get(moved.cue)?.interval()?,
            region: Some(moved.to),
            payload: Payload::SubtitleMove {
                track: number,
                from: moved.from,
                text: moved.text.clone(),
            },
        })
    });
    let stuck = collisions.stuck.iter().filter_map(|at| {
        let cue = cues.get(*at)?;
        let message = "the subtitle lies on text in the picture, which leaves no free place";
        let finding = finding(track, "text-on-text", message);
        Some(Event {
            region: Some(cue.region()),
            ..event(cue.interval()?, finding)
        })
    });
    let concerns = track.cues.concerns().into_iter().map(|concern| {
        let message = concern.rule.to_string();
        event(
            concern.interval,
            finding(track, concern.rule.name(), &message),
        )
    });
    subtitles
        .chain(moves)
        .chain(stuck)
        .chain(concerns)
        .collect()
}

fn event(interval: Interval, payload: Payload) -> Event {
    Event {
        interval,
        region: None,
        payload,
    }
}

fn finding(track: &Track, what: &str, message: &str) -> Payload {
    Payload::Finding {
        severity: Severity::Warning,
        what: what.to_owned(),
        message: format!("{}: {message}", track.label),
    }
}

/// One sentence for each rule that a track breaks, with the first time; the document has them all.
pub(super) fn summary(track: &Track) -> Vec<String> {
    let concerns = track.cues.concerns();
    let is_speed = |rule: Rule| matches!(rule, Rule::ReadingSpeed { .. });
    [true, false]
        .into_iter()
        .filter_map(|speed| {
            let mut broken = concerns
                .iter()
                .filter(|concern| is_speed(concern.rule) == speed);
            let first = broken.next()?;
            let (from, to) = (
                first.interval.start_ms() as f64,
                first.interval.end_ms() as f64,
            );
            let (from, to, more) = (from / 1000.0, to / 1000.0, broken.count());
            let rule = first.rule;
            Some(match more {
                0 => format!("{}: {from:.1} to {to:.1} s: {rule}", track.label),
                more => format!(
                    "{}: {from:.1} to {to:.1} s: {rule}; {more} more on the timeline",
                    track.label
                ),
            })
        })
        .collect()
}
