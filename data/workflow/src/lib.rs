//! Durable execution: functions whose finished steps survive the process.
//!
//! A workflow is an ordinary async function that does its work in named steps ([`Context::step`],
//! [`Context::fan_out`]). A step's output is written to the store before the function goes on; when the
//! process dies, the function is run again from its top and finished steps answer from the store. So a
//! step that finished is never redone, and one that was cut short is begun again: its effects must be
//! safe to repeat.
//!
//! A transient failure is retried by the step's [`Policy`], one of the workflows' own store by
//! [`limits::STORE`]; a permanent one ends the workflow with one sentence. This crate must not know what the steps do.

mod context;
mod error;
mod fan_out;
pub mod limits;
mod live;
mod meter;
mod policy;
mod record;
mod runner;
mod status;
mod workflows;

pub use context::Context;
pub use error::{StepError, WorkflowError};
pub use fan_out::Item;
pub use meter::{Meter, Share};
pub use policy::Policy;
pub use status::{State, StepState, StepStatus, WorkflowStatus};
pub use workflows::Workflows;
