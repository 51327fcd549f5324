//! Figures with targets: which are asked for on the command line, and the table and the line of JSON that
//! say what they came to.
//!
//! This crate must not know what is measured, nor how.

mod machine;
mod plan;
mod report;
mod target;

pub use machine::describe;
pub use plan::Plan;
pub use report::Report;
pub use target::Target;

/// A set of figures: an enumeration, usually.
pub trait Figure: Copy + PartialEq + 'static {
    /// All of them, in the order in which they are named.
    const ALL: &'static [Self];

    /// Its name, in the table, in the line of JSON and on the command line.
    fn name(self) -> &'static str;

    /// What it is to come to.
    fn target(self) -> Target;
}
