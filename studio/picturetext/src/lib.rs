//! Finds text that is part of the picture: credits, signs, captions burnt in.
//!
//! Frames are taken at even spaces in one decoding pass, tesseract reads those that are wanted, and what it
//! reads in neighbouring ones becomes events with a place. This crate must not know why the text is wanted.

mod find;
pub mod limits;
mod merge;
mod table;

pub use find::{PictureTextError, find};
