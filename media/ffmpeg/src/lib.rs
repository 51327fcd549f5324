//! The one door to ffmpeg, ffprobe and, where it is installed, tesseract.
//!
//! The tools run as child processes, never linked in: a file that breaks a decoder breaks a process
//! with a CPU limit, a memory limit, a deadline, an empty environment and no network protocol, and
//! nothing of ours. A file reaches them only as a [`MediaInput`], and is opened only as a plain media
//! container: a playlist or a script that names other files is refused whatever its own name says.
//!
//! This crate must not know what is encoded or why: callers build arguments, it runs them.

mod capabilities;
mod child;
mod command;
mod config;
mod error;
mod input;
pub mod limits;
mod locate;
mod progress;
mod pump;
mod sentence;
pub mod testing;

pub use capabilities::{Capabilities, Missing};
pub use command::{Command, Finished};
pub use config::ToolsConfig;
pub use error::{ToolError, ToolsError};
pub use input::{InputError, MediaInput};
pub use limits::Limits;
pub use locate::Tools;
pub use progress::{Progress, ProgressParser};
pub use sentence::plain_sentence;
