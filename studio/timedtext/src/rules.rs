//! What viewers of subtitles would suffer from: text too fast to read, and cues on top of one another.

use std::fmt;

use studio_timeline::Interval;

use crate::cue::{Cue, Cues};
use crate::limits::{MAX_CHARACTERS_PER_SECOND, MAX_CONCERNS};
use crate::plain::plain_text;

/// A rule that is broken, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// When.
    pub interval: Interval,
    /// Which.
    pub rule: Rule,
}

/// What subtitles are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// More characters a second than [`MAX_CHARACTERS_PER_SECOND`].
    ReadingSpeed {
        /// How many, rounded.
        per_second: u32,
    },
    /// Two cues cover one another while both are shown.
    Overlap,
}

impl Rule {
    /// Its name, as findings carry it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadingSpeed { .. } => "reading-speed",
            Self::Overlap => "subtitle-overlap",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadingSpeed { per_second } => write!(
                f,
                "the subtitle asks for {per_second} characters a second, and {MAX_CHARACTERS_PER_SECOND} can be read"
            ),
            Self::Overlap => f.write_str("two subtitles are shown on top of one another"),
        }
    }
}

impl Cues {
    /// Every broken rule in order of its start, at most [`MAX_CONCERNS`].
    pub fn concerns(&self) -> Vec<Concern> {
        let mut concerns: Vec<Concern> = self.cues.iter().filter_map(too_fast).collect();
        // Cues that may still be shown when the next one starts.
        let mut shown: Vec<&Cue> = Vec::new();
        for cue in &self.cues {
            shown.retain(|other| other.end_ms > cue.start_ms);
            concerns.extend(shown.iter().filter_map(|other| covers(other, cue)));
            if concerns.len() >= 2 * MAX_CONCERNS {
                break;
            }
            // A file that shows more than this at once has been told of.
            if shown.len() < MAX_CONCERNS {
                shown.push(cue);
            }
        }
        concerns.sort_by_key(|concern| concern.interval);
        concerns.truncate(MAX_CONCERNS);
        concerns
    }
}

impl Cue {
    /// When it is shown.
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.start_ms, self.end_ms).ok()
    }
}

fn too_fast(cue: &Cue) -> Option<Concern> {
    let interval = cue.interval()?;
    let text = plain_text(&cue.text);
    let characters: u64 = text.chars().filter(|c| !c.is_control()).map(weight).sum();
    let per_second = (characters * 1000).div_ceil(interval.length_ms());
    let per_second = u32::try_from(per_second).unwrap_or(u32::MAX);
    (per_second > MAX_CHARACTERS_PER_SECOND).then_some(Concern {
        interval,
        rule: Rule::ReadingSpeed { per_second },
    })
}

/// Signs that stand for syllables or words take as long to read as two letters.
fn weight(character: char) -> u64 {
    match character {
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' => 2,
        _ => 1,
    }
}

fn covers(first: &Cue, second: &Cue) -> Option<Concern> {
    let interval = first.interval()?.overlap(second.interval()?)?;
    first.region().meets(second.region()).then_some(Concern {
        interval,
        rule: Rule::Overlap,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: u64, end_ms: u64, settings: &str, text: &str) -> Cue {
        Cue {
            identifier: None,
            start_ms,
            end_ms,
            settings: settings.into(),
            text: text.into(),
        }
    }

    fn found(cues: Vec<Cue>) -> Vec<(u64, u64, &'static str)> {
        let concerns = Cues { cues }.concerns();
        let plain = |concern: &Concern| {
            let Concern { interval, rule } = concern;
            (interval.start_ms(), interval.end_ms(), rule.name())
        };
        concerns.iter().map(plain).collect()
    }

    #[test]
    fn text_is_too_fast_above_the_limit_and_markup_is_not_read() {
        let twenty = "exactly twenty chars";
        assert_eq!(found(vec![cue(0, 1_000, "", twenty)]), []);
        assert_eq!(
            found(vec![cue(0, 1_000, "", &format!("<i>{twenty}</i>"))]),
            []
        );
        assert_eq!(
            found(vec![cue(0, 999, "", twenty)]),
            [(0, 999, "reading-speed")]
        );
        let eleven = "十一個字不可能在一秒讀完";
        assert_eq!(found(vec![cue(0, 1_000, "", eleven)]).len(), 1);
    }

    #[test]
    fn cues_overlap_only_at_one_time_in_one_place() {
        let low = cue(0, 3_000, "", "low");
        let next = cue(2_000, 4_000, "", "next");
        let high = cue(2_000, 4_000, "line:0", "high");
        let later = cue(3_000, 4_000, "", "later");
        assert_eq!(
            found(vec![low.clone(), next]),
            [(2_000, 3_000, "subtitle-overlap")]
        );
        assert_eq!(found(vec![low.clone(), high]), []);
        assert_eq!(found(vec![low, later]), []);
    }

    #[test]
    fn a_file_that_breaks_every_rule_gives_a_bounded_list() {
        let cues = (0..5_000)
            .map(|at| cue(at, 1_000_000, "", "over and over"))
            .collect();
        assert_eq!(Cues { cues }.concerns().len(), MAX_CONCERNS);
    }
}
