//! Values of tags in one form: one line, numbers with the unit of their term.

use contracts_studio::master::SourceTerm as Term;

use crate::limits::TITLE_CHARACTERS;

/// Values that say that nothing is known.
const NOTHING: [&str; 6] = ["", "n/a", "none", "unknown", "-", "0"];

/// One line of bounded length, or nothing where the value says nothing.
pub(super) fn tidy(term: Term, value: &str) -> Option<String> {
    let line: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TITLE_CHARACTERS)
        .collect();
    let line = line.trim();
    if NOTHING.contains(&line.to_ascii_lowercase().as_str()) {
        return None;
    }
    let tidied = match term {
        Term::Iso | Term::CaptureRate => number(line),
        Term::WhiteBalance => number(line).map(|kelvin| format!("{kelvin} K")),
        _ => None,
    };
    Some(tidied.unwrap_or_else(|| line.to_owned()))
}

/// The one number in a text such as `ISO 800`, `5600K` or `240.000000`, without zeros that say nothing.
fn number(text: &str) -> Option<String> {
    let unit = |c: char| c.is_alphabetic() || c.is_whitespace();
    let digits = text.trim_matches(unit);
    let value: f64 = digits
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())?;
    (0.0..1e6)
        .contains(&value)
        .then(|| ((value * 1000.0).round() / 1000.0).to_string())
}
