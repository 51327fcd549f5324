//! DASH manifests (ISO/IEC 23009-1): the on-demand profile, one file per representation.

mod error;
mod fields;
mod model;
mod mpd_reader;
mod mpd_writer;
mod set_reader;
mod set_writer;
mod template;
mod time;
mod xml;

pub use error::MpdError;
pub use model::{
    AdaptationSet, BaseUrl, ContentKind, ContentSteering, Fraction, Mpd, Property, Protection,
    Representation, Segments,
};
pub use template::{SegmentTemplate, TemplateSegment, TimelineRun};
