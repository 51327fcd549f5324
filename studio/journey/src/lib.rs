//! A title's journey as one durable workflow: from the uploaded master to the catalogue, and back out.
//!
//! The steps themselves live in the studio's other crates; here is their order, what is kept between
//! them, what people see of them, and what may be asked: submit, unpublish, publish, retry, delete.
//! This crate must not know how any step does its work, nor who asks (the binary puts its own layer
//! before [`router`]).

mod documents;
mod error;
mod inspections;
mod limits;
mod makings;
mod outcome;
mod record;
mod router;
mod run;
mod search;
mod stage;
mod status;
mod studio;
mod submission;
mod workshop;

pub use error::StudioError;
pub use router::router;
pub use studio::{LadderChoice, Studio, StudioParts};
