//! How well dialogue can be understood beside everything else: the extended short-time objective
//! intelligibility of Jensen and Taal (eSTOI, 2016), of what is taken for dialogue against the whole mix.
//!
//! Pure arithmetic on samples. The measure compares how the loudness of fifteen bands moves in stretches of
//! 384 ms: 1 where the mix moves as dialogue alone does, near 0 where other sound hides it.

mod bands;
mod estoi;
mod meter;

pub use bands::{Bands, Frame};
pub use estoi::{SEGMENT, estoi};
pub use meter::{Meter, Pair};
