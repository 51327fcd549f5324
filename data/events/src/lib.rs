//! data-events
