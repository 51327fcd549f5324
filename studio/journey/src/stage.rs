//! The steps, each a thin call into the crate that does the work.

mod downloads;
mod encode;
mod ladder;
mod package;
mod protect;
mod publish;
mod receive;
mod score;
mod seams;
mod survey;
mod text;

pub(crate) use downloads::downloads;
pub(crate) use encode::{encode, sounds};
pub(crate) use ladder::ladder;
pub(crate) use package::{package, verify};
pub(crate) use protect::protect;
pub(crate) use publish::publish;
pub(crate) use receive::{receive, take_all, uploads};
pub(crate) use score::score;
pub(crate) use survey::{inspect, plan};
pub(crate) use text::texts;
