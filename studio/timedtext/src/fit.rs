//! Fitting cues to the title they belong to.

use std::time::Duration;

use crate::cue::Cues;
use crate::error::{Problem, Warning};

impl Cues {
    /// Leaves out cues that start at or after the title's end and shortens those that run past it; the
    /// warning counts both. Subtitles made for a longer cut show up here.
    #[must_use]
    pub fn trim_to(mut self, title: Duration) -> (Self, Option<Warning>) {
        let end = u64::try_from(title.as_millis()).unwrap_or(u64::MAX);
        let before = self.cues.len();
        self.cues.retain(|cue| cue.start_ms < end);
        let dropped = before - self.cues.len();
        let mut shortened = 0;
        for cue in self.cues.iter_mut().filter(|cue| cue.end_ms > end) {
            cue.end_ms = end;
            shortened += 1;
        }
        let problem = Problem::PastEnd { dropped, shortened };
        let warning = (dropped + shortened > 0).then_some(Warning {
            line: None,
            problem,
        });
        (self, warning)
    }
}
