//! What was looked at, and what was found.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::finding::{Finding, Rule, Severity};
use crate::limits::MAX_PER_RULE;

/// The outcome of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `HLS`, `DASH` or `CMAF`.
    pub format: &'static str,
    /// Every rendition, in the manifest's words.
    pub renditions: Vec<String>,
    /// Segments that the renditions have together.
    pub segments: usize,
    /// Segments that were loaded and read.
    pub read: usize,
    /// The worst first; of each rule the first few.
    pub findings: Vec<Finding>,
    /// How many more of a rule there were.
    pub more: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Takes a finding in.
    pub(crate) fn add(&mut self, finding: Finding) {
        let same = |known: &&Finding| known.rule == finding.rule;
        if self.findings.contains(&finding) {
            return;
        }
        if self.findings.iter().filter(same).count() < MAX_PER_RULE {
            self.findings.push(finding);
        } else {
            *self.more.entry(finding.rule.id()).or_default() += 1;
        }
    }

    pub(crate) fn finish(mut self) -> Self {
        let order = |one: &Finding| (std::cmp::Reverse(one.severity), one.rule);
        self.findings.sort_by_key(order);
        self
    }

    /// How many findings of a severity there are, those beyond the first few of a rule among them.
    pub fn count(&self, severity: Severity) -> usize {
        let listed = self.findings.iter().filter(|it| it.severity == severity);
        let of_severity = |id: &str| {
            let rule = Rule::ALL.iter().find(|rule| rule.id() == id);
            rule.is_some_and(|rule| rule.severity() == severity)
        };
        let more = self.more.iter().filter(|(id, _)| of_severity(id));
        listed.count() + more.map(|(_, count)| count).sum::<usize>()
    }

    /// Whether players are expected to play it.
    pub fn is_sound(&self) -> bool {
        self.count(Severity::Error) == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            format,
            read,
            segments,
            ..
        } = self;
        let renditions = self.renditions.len();
        writeln!(
            f,
            "{format}: {}, {read} of {} read",
            counted(renditions, "rendition"),
            counted(*segments, "segment"),
        )?;
        for rendition in &self.renditions {
            writeln!(f, "  {rendition}")?;
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        for (rule, count) in &self.more {
            writeln!(f, "{:<8} {rule:<20} {count} more like these", "")?;
        }
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => writeln!(f, "nothing that players trip over was found"),
            _ => writeln!(
                f,
                "{}, {}",
                counted(errors, "error"),
                counted(warnings, "warning")
            ),
        }
    }
}

/// A number of things, in words: `1 error`, `2 errors`.
pub fn counted(count: usize, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {one}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_repetition_is_counted() {
        let mut report = Report::default();
        report.add(Finding::new(Rule::Brand, "init.mp4", "no brand"));
        for segment in 0..9 {
            report.add(Finding::new(
                Rule::Gap,
                format!("segment {segment}"),
                "a gap",
            ));
        }
        report.add(Finding::new(Rule::Gap, "segment 0", "a gap"));
        let report = report.finish();
        assert_eq!(
            (report.findings.len(), report.findings[0].rule),
            (6, Rule::Gap)
        );
        assert_eq!(
            (
                report.count(Severity::Error),
                report.count(Severity::Warning)
            ),
            (9, 1)
        );
        assert!(!report.is_sound());
        assert!(report.to_string().contains("4 more like these"), "{report}");
        assert!(
            report.to_string().ends_with("9 errors, 1 warning\n"),
            "{report}"
        );
    }

    #[test]
    fn rules_are_named_once() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
    }
}
