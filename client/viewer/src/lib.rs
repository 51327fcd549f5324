//! client-viewer
