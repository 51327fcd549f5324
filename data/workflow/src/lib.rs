//! data-workflow
