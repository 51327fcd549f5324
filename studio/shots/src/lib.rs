//! Where a title is cut: shots found in the picture, segments planned on them, chunks made of segments.
//!
//! One decoding pass counts the frames of the conformed picture and finds where shots give way to one
//! another; everything after that is pure planning, made once per title and the same for every rung.
//! This crate must not know of encoders, rungs or file formats published.

mod chunk;
mod detect;
mod grid;
pub mod limits;
mod plan;
mod survey;
pub mod testing;

pub use chunk::{Chunk, chunks};
pub use detect::{Boundary, Change};
pub use grid::{GRID_INPUT, ReadFrom, grid_filters, seconds};
pub use plan::{BadPlan, Segment, SegmentPlan, plan_segments};
pub use survey::{Survey, SurveyError, SurveyWarning, allowed_shortfall, survey};
