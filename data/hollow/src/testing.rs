//! What tests and measurements of datasets share: a store in memory that can be damaged, records, figures.

mod films;
mod measure;
mod memory;

pub use films::{Film, FilmIndexes, film, films};
pub use measure::{Figures, measure};
pub use memory::MemoryStore;
