//! The table and the line of JSON.
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use serde_json::{Map, Value};

use crate::figure::Figure;
use crate::ground::Ground;

/// What was measured so far; each row is printed when it is known.
#[derive(Debug, Default)]
pub(crate) struct Report {
    values: Map<String, Value>,
}

impl Report {
    /// Prints where it is measured.
    pub(crate) fn begin(ground: &Ground) -> Self {
        for line in ground.describe() {
            println!("{line}");
        }
        println!();
        println!("| figure | value | target | | how |\n|---|---|---|---|---|");
        Self::default()
    }

    /// Adds a figure; `how` says what was taken against what.
    pub(crate) fn add(&mut self, figure: Figure, value: f64, how: &str) {
        let (name, target) = (figure.name(), figure.target());
        let verdict = if target.is_met(value) {
            "met"
        } else {
            "MISSED"
        };
        println!("| {name:26} | {value:>8.3} | {target:7} | {verdict:6} | {how} |");
        self.values.insert(name.to_owned(), value.into());
    }

    /// Says why a figure is not there.
    pub(crate) fn leave_out(&mut self, figure: Figure, why: &str) {
        let (name, target) = (figure.name(), figure.target());
        println!("| {name:26} | {:>8} | {target:7} | left out | {why} |", "-");
        self.values.insert(name.to_owned(), Value::Null);
    }

    /// Prints the line of JSON.
    pub(crate) fn end(self) {
        println!("\n{}", Value::Object(self.values));
    }
}
