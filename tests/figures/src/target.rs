//! What a figure is to come to.

use std::fmt;

/// A bound, and the side of it that is meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// This or less.
    AtMost(f64),
    /// Below a bound.
    Below(f64),
    /// This or more.
    AtLeast(f64),
    /// Above a bound.
    Above(f64),
    /// Stated as found.
    Stated,
}

impl Target {
    /// Whether a value meets it; what is only stated is met.
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::Below(bound) => value < bound,
            Self::AtLeast(least) => value >= least,
            Self::Above(bound) => value > bound,
            Self::Stated => true,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AtMost(most) => format!("<= {most}"),
            Self::Below(bound) => format!("< {bound}"),
            Self::AtLeast(least) => format!(">= {least}"),
            Self::Above(bound) => format!("> {bound}"),
            Self::Stated => "stated".to_owned(),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_on_its_side_of_the_bound() {
        assert!(Target::AtMost(-8.0).is_met(-8.0) && !Target::AtMost(-8.0).is_met(-7.9));
        assert!(Target::AtLeast(1.85).is_met(1.85) && !Target::AtLeast(1.85).is_met(1.84));
        assert!(!Target::Below(100.0).is_met(100.0) && !Target::Above(1.0).is_met(1.0));
        assert!(!Target::AtMost(1.0).is_met(f64::NAN) && Target::Stated.is_met(3.0));
    }
}
