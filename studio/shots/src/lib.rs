//! Where a title is cut: shots found in the picture, segments planned on them, chunks made of segments.
//!
//! One decoding pass counts the frames of the conformed picture and finds its hard cuts; everything after
//! that is pure planning, made once per title and the same for every rung.
//! This crate must not know of encoders, rungs or file formats published.

mod chunk;
pub mod limits;
mod plan;

pub use chunk::{Chunk, chunks};
pub use plan::{BadPlan, Segment, SegmentPlan, plan_segments};
