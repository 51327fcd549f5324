//! One run of a tool: its arguments, its limits, its result.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::input::file_url;
use crate::pump::Sink;
use crate::{Limits, MediaInput, Progress, ToolError, child};

/// Which tool a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ffmpeg,
    Ffprobe,
    Tesseract,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
            Self::Tesseract => "tesseract",
        }
    }
}

/// A run that is being put together. Arguments keep their order, so options of an input go before
/// [`Command::input`] and options of an output before [`Command::output`].
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    pub(crate) kind: Kind,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) limits: Limits,
    pub(crate) folder: PathBuf,
    /// Standard output is data; progress, where there is any, comes on standard error.
    pub(crate) captured: bool,
    /// Asked a question about itself, which takes no other options.
    pub(crate) bare: bool,
}

/// What a successful run left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Standard output, when it was captured: always for ffprobe and tesseract, for ffmpeg after
    /// [`Command::capture_stdout`].
    pub stdout: Vec<u8>,
    /// The end of standard error: warnings.
    pub stderr_tail: String,
    /// CPU time of all its threads, where the system told it.
    pub cpu_time: Option<Duration>,
}

impl Command {
    pub(crate) fn new(kind: Kind, program: PathBuf) -> Self {
        Self {
            kind,
            program,
            arguments: Vec::new(),
            limits: Limits::default(),
            folder: PathBuf::from("/"),
            captured: kind != Kind::Ffmpeg,
            bare: false,
        }
    }

    pub(crate) fn bare(kind: Kind, program: PathBuf) -> Self {
        Self {
            captured: true,
            bare: true,
            ..Self::new(kind, program)
        }
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(
            arguments
                .into_iter()
                .map(|argument| argument.as_ref().to_owned()),
        );
        self
    }

    /// Adds a file from outside as an input: whatever it is named, it is opened as a plain media
    /// container or not at all.
    pub fn input(self, input: &MediaInput) -> Self {
        self.args(input.arguments())
    }

    /// Adds a file that this service made itself, in a container it knows (`h264`, `yuv4mpegpipe`).
    pub fn input_as(self, input: &MediaInput, format: &str) -> Self {
        self.args(input.arguments_as(format))
    }

    /// Adds a source that ffmpeg generates itself. The graph can open files, so it must be our own
    /// text, never anything from outside.
    pub fn synthetic(self, graph: &str) -> Self {
        self.args(["-f", "lavfi", "-i", graph])
    }

    /// Ends the options of an output with its absolute path, replacing what is there. A `%` in the
    /// path means something to the image muxers only.
    pub fn output(self, path: &Path) -> Self {
        let url = file_url(path);
        self.arg("-y").arg(url)
    }

    /// Sets what the child may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the child's working folder (the root folder otherwise): filters that write logs then
    /// take plain names, which need no escaping.
    pub fn current_dir(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    /// Makes standard output data instead of progress: for `-f rawvideo pipe:1` and the like.
    pub fn capture_stdout(mut self) -> Self {
        self.captured = true;
        self
    }

    /// Runs to the end. Dropping the future kills the child.
    ///
    /// # Errors
    /// [`ToolError`]; [`ToolError::is_transient`] says whether a retry helps.
    pub async fn run(
        self,
        on_progress: impl FnMut(Progress) + Send,
    ) -> Result<Finished, ToolError> {
        let (tool, limit) = (self.kind.name(), self.limits.stdout);
        let mut stdout = Vec::new();
        let keep = |bytes: &[u8]| {
            if stdout.len() + bytes.len() > limit {
                return Err(ToolError::OutputTooLarge { tool, limit });
            }
            stdout.extend_from_slice(bytes);
            Ok(())
        };
        let finished = child::run(&self, Sink::new(keep, on_progress, self.captured)).await?;
        Ok(Finished { stdout, ..finished })
    }

    /// Runs to the end and hands standard output over as it comes, in pieces of any size: for data
    /// that need not be in memory at once.
    ///
    /// # Errors
    /// As [`Command::run`].
    pub async fn stream(
        mut self,
        mut on_stdout: impl FnMut(&[u8]) + Send,
        on_progress: impl FnMut(Progress) + Send,
    ) -> Result<Finished, ToolError> {
        self.captured = true;
        let hand_over = |bytes: &[u8]| {
            on_stdout(bytes);
            Ok(())
        };
        child::run(&self, Sink::new(hand_over, on_progress, true)).await
    }

    /// As [`Command::stream`], and hands over every line of warnings as well when it comes, so that it
    /// can be placed beside the data.
    ///
    /// # Errors
    /// As [`Command::run`].
    pub async fn watch(
        mut self,
        mut on_stdout: impl FnMut(&[u8]) + Send,
        on_line: impl FnMut(&str) + Send,
    ) -> Result<Finished, ToolError> {
        self.captured = true;
        let hand_over = |bytes: &[u8]| {
            on_stdout(bytes);
            Ok(())
        };
        child::run(&self, Sink::new(hand_over, |_| {}, true).telling(on_line)).await
    }

    /// Everything after the program's name.
    pub(crate) fn all_arguments(&self) -> Vec<OsString> {
        let own: &[&str] = match (self.bare, self.kind, self.captured) {
            (_, Kind::Tesseract, _) => &[],
            (true, _, _) | (_, Kind::Ffprobe, _) => &["-hide_banner", "-loglevel", "error"],
            (_, Kind::Ffmpeg, false) => FFMPEG_WITH_PROGRESS,
            (_, Kind::Ffmpeg, true) => FFMPEG_CAPTURED,
        };
        own.iter()
            .map(OsString::from)
            .chain(self.arguments.iter().cloned())
            .collect()
    }
}

const FFMPEG_WITH_PROGRESS: &[&str] = &[
    "-nostdin",
    "-hide_banner",
    "-nostats",
    "-loglevel",
    "warning",
    "-progress",
    "pipe:1",
];
const FFMPEG_CAPTURED: &[&str] = &[
    "-nostdin",
    "-hide_banner",
    "-nostats",
    "-loglevel",
    "warning",
    "-progress",
    "pipe:2",
];
