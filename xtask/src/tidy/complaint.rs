//! What a check has to say.

use std::fmt;

/// A rule broken: where, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Complaint {
    file: String,
    line: Option<usize>,
    wrong: String,
    remedy: String,
}

impl Complaint {
    pub(super) fn new(file: &str, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            wrong: wrong.into(),
            remedy: remedy.into(),
        }
    }

    /// The same, of one line, counted from 1.
    pub(super) fn at(self, line: usize) -> Self {
        Self {
            line: Some(line),
            ..self
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: ", self.file)?,
            None => write!(f, "{}: ", self.file)?,
        }
        write!(f, "{}\n  {}", self.wrong, self.remedy)
    }
}
