//! Events by series and time on any engine.
//!
//! A namespace holds series, a series holds events, an event holds items. A namespace's events are divided
//! into time slices (a table each, dropped whole when its retention is over), within a slice into time
//! buckets, and within a time bucket into event buckets, so that a partition stays small: a slice's layout
//! is chosen when it is made, from the sizes observed in the slices before, and a partition that becomes
//! wide all the same is split in the background. Readers see none of that: a series is one sequence of
//! events in the order of their times and ids, read in pages in either direction.
//!
//! An event's identity is its series, its time and its id: writing it again changes nothing. Events are
//! taken within a limit of how late they may be; what is older does not change any more.
//!
//! Layout on the engine: `ts.meta` (compare-and-set) holds records of namespaces, slices, splits and
//! observed sizes; `ts.<namespace>.<number>` (last write wins) holds a slice, see [`limits`] for sizes.
//! This crate must not know what the events mean.

mod aggregate;
mod config;
pub mod conformance;
mod error;
mod event;
mod keys;
mod layout;
pub mod limits;
mod maintain;
mod meta;
mod namespace;
mod observe;
mod read;
mod search;
mod service;
mod slices;
mod split;
mod time;
mod write;

pub use aggregate::{Aggregate, AggregatePage, Aggregation, Numbers};
pub use config::{NamespaceConfig, SplitStrategy};
pub use data_engine::{Direction, Durability, EngineError, SharedEngine};
pub use error::TimeSeriesError;
pub use event::{Event, EventItem, EventRecord};
pub use layout::Layout;
pub use maintain::Maintained;
pub use observe::SizeHistogram;
pub use read::{EventLimit, EventPage, PageToken, ReadQuery};
pub use search::{Condition, Test};
pub use service::TimeSeries;
pub use split::{Detection, DetectionQueue, Detections, Progress, SplitFilter};
pub use time::{EventTime, TimeRange};
