//! The way out: one whole WebVTT file.

use std::fmt;

use crate::cue::{Cue, Cues};
use crate::time::{ARROW, format};

impl Cues {
    /// The cues as a WebVTT file. It has no `X-TIMESTAMP-MAP`: its times count from the title's first
    /// frame, as those of its video and audio do.
    pub fn to_webvtt(&self) -> String {
        let mut text = String::from("WEBVTT\n");
        for cue in &self.cues {
            text.push('\n');
            text.push_str(&cue.to_string());
        }
        text
    }
}

/// The cue as a WebVTT block. What would end the block early is escaped or left out, so that no cue can
/// spoil the next.
impl fmt::Display for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = |text: &&String| !text.contains(['\n', '\r']) && !text.contains(ARROW);
        if let Some(identifier) = self.identifier.as_ref().filter(single) {
            writeln!(f, "{identifier}")?;
        }
        write!(
            f,
            "{} {ARROW} {}",
            format(self.start_ms),
            format(self.end_ms)
        )?;
        if !self.settings.is_empty() && single(&&self.settings) {
            write!(f, " {}", self.settings)?;
        }
        writeln!(f)?;
        for line in self.text.lines().filter(|line| !line.trim().is_empty()) {
            writeln!(f, "{}", line.replace(ARROW, "--&gt;"))?;
        }
        Ok(())
    }
}
