//! Renditions against one another: whether a player can go from one to the next.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::finding::{Finding, Rule};
use crate::limits::{LENGTH_SLACK, TIME_SLACK};
use crate::stream::{Kind, Stream};

/// Holds the renditions of each set, and picture and sound, against one another.
pub(crate) fn rules(streams: &[Stream], findings: &mut Vec<Finding>) {
    let mut sets: BTreeMap<&str, Vec<&Stream>> = BTreeMap::new();
    for stream in streams.iter().filter(|it| it.list.segments.len() > 1) {
        sets.entry(&stream.set).or_default().push(stream);
    }
    for set in sets.values() {
        let (first, others) = (set[0], &set[1..]);
        findings.extend(others.iter().filter_map(|other| aligned(first, other)));
    }
    let longest = |kind| {
        let of_kind = streams.iter().filter(|it| it.kind == kind);
        of_kind.max_by_key(|it| it.list.duration())
    };
    if let (Some(video), Some(audio)) = (longest(Kind::Video), longest(Kind::Audio)) {
        let (picture, sound) = (video.list.duration(), audio.list.duration());
        if picture.abs_diff(sound) > LENGTH_SLACK {
            let message = format!("it lasts {sound:.1?} and the picture {picture:.1?}");
            findings.push(Finding::new(Rule::EndsApart, &audio.name, message));
        }
    }
}

fn aligned(first: &Stream, other: &Stream) -> Option<Finding> {
    let (one, two) = (first.list.starts(), other.list.starts());
    let find = |message| Some(Finding::new(Rule::Misaligned, &other.name, message));
    if one.len() != two.len() {
        let message = format!(
            "it has {} segments and {} has {}",
            two.len(),
            first.name,
            one.len()
        );
        return find(message);
    }
    // Stated lengths are rounded, and the roundings may add up.
    let slack = |number: usize| TIME_SLACK + Duration::from_micros(500) * number as u32;
    let mut pairs = one.iter().zip(&two).enumerate();
    let (number, (a, b)) = pairs.find(|(number, (a, b))| a.abs_diff(**b) > slack(*number))?;
    find(format!(
        "segment {number} begins at {b:.3?}, and of {} at {a:.3?}",
        first.name
    ))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::hls::alone;
    use crate::stream::{Part, Segment};

    fn stream(kind: Kind, lengths: &[u64]) -> Stream {
        let url = Url::parse("http://a/v.mp4").unwrap();
        let segment = |millis: &u64| Segment {
            part: Part {
                url: url.clone(),
                range: None,
            },
            duration: Duration::from_millis(*millis),
        };
        let mut stream = alone(&url);
        stream.kind = kind;
        stream.set = format!("{kind:?}");
        stream.list.segments = lengths.iter().map(segment).collect();
        stream
    }

    fn found(streams: &[Stream]) -> Vec<Rule> {
        let mut findings = Vec::new();
        rules(streams, &mut findings);
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn renditions_line_up_or_are_named() {
        let video = |lengths: &[u64]| stream(Kind::Video, lengths);
        let even = video(&[4000, 4000, 2000]);
        assert_eq!(found(&[even.clone(), video(&[4001, 3999, 2000])]), []);
        assert_eq!(
            found(&[even.clone(), video(&[4100, 3900, 2000])]),
            [Rule::Misaligned]
        );
        assert_eq!(
            found(&[even.clone(), video(&[4000, 6000])]),
            [Rule::Misaligned]
        );
        let sound = |lengths: &[u64]| stream(Kind::Audio, lengths);
        assert_eq!(found(&[even.clone(), sound(&[3990, 4010, 2010])]), []);
        assert_eq!(found(&[even, sound(&[4000, 4000])]), [Rule::EndsApart]);
    }
}
