//! media-isobmff
