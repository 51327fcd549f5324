//! The table and the line of JSON.
#![expect(clippy::print_stdout, reason = "it prints what was measured")]

use serde_json::{Map, Value};

use crate::Figure;

/// What was measured so far; each row is printed when it is known.
#[derive(Debug, Default)]
pub struct Report {
    values: Map<String, Value>,
}

impl Report {
    /// Prints lines as they are: where it is measured, or what a figure is made of.
    pub fn say(lines: impl IntoIterator<Item = String>) {
        for line in lines {
            println!("{line}");
        }
    }

    /// Begins the table.
    pub fn begin() -> Self {
        println!("\n| figure | value | target | | how |\n|---|---|---|---|---|");
        Self::default()
    }

    /// Adds a figure; `how` says what was taken against what.
    pub fn add<F: Figure>(&mut self, figure: F, value: f64, how: &str) {
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
    pub fn leave_out<F: Figure>(&mut self, figure: F, why: &str) {
        let (name, target) = (figure.name(), figure.target());
        println!("| {name:26} | {:>8} | {target:7} | left out | {why} |", "-");
        self.values.insert(name.to_owned(), Value::Null);
    }

    /// Prints the line of JSON.
    pub fn end(self) {
        println!("\n{}", Value::Object(self.values));
    }
}
