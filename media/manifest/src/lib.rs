//! media-manifest
