//! Reads a child's two pipes to their ends at once, so that neither fills up and stops it.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::limits::{PIPE_READ, STDERR_TAIL};
use crate::progress::is_progress_line;
use crate::{Progress, ProgressParser, ToolError};

/// Where the bytes of the pipes go.
pub(crate) struct Sink<S, P, L = fn(&str)> {
    on_stdout: S,
    on_progress: P,
    on_line: L,
    captured: bool,
    parser: ProgressParser,
    line: Vec<u8>,
    tail: Vec<u8>,
}

impl<S, P> Sink<S, P>
where
    S: FnMut(&[u8]) -> Result<(), ToolError> + Send,
    P: FnMut(Progress) + Send,
{
    pub(crate) fn new(on_stdout: S, on_progress: P, captured: bool) -> Self {
        let (parser, line, tail) = Default::default();
        Self {
            on_stdout,
            on_progress,
            on_line: |_| {},
            captured,
            parser,
            line,
            tail,
        }
    }

    /// The same, with somebody who is told every line of standard error that is no progress.
    pub(crate) fn telling<L: FnMut(&str) + Send>(self, on_line: L) -> Sink<S, P, L> {
        Sink {
            on_stdout: self.on_stdout,
            on_progress: self.on_progress,
            on_line,
            captured: self.captured,
            parser: self.parser,
            line: self.line,
            tail: self.tail,
        }
    }
}

impl<S, P, L> Sink<S, P, L>
where
    S: FnMut(&[u8]) -> Result<(), ToolError> + Send,
    P: FnMut(Progress) + Send,
    L: FnMut(&str) + Send,
{
    fn stdout(&mut self, bytes: &[u8]) -> Result<(), ToolError> {
        if self.captured {
            return (self.on_stdout)(bytes);
        }
        self.parser.feed(bytes, &mut self.on_progress);
        Ok(())
    }

    fn stderr(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line.push(*byte);
            // A line without an end is cut where it would outgrow what is kept.
            if *byte == b'\n' || self.line.len() >= STDERR_TAIL {
                self.end_of_line();
            }
        }
    }

    fn end_of_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        if self.captured && is_progress_line(&text) {
            if let Some(report) = self.parser.take_line(&text) {
                (self.on_progress)(report);
            }
            return;
        }
        (self.on_line)(&text);
        self.tail.extend_from_slice(&line);
        let excess = self.tail.len().saturating_sub(STDERR_TAIL);
        self.tail.drain(..excess);
    }

    /// The end of standard error, without what was progress.
    pub(crate) fn into_tail(mut self) -> String {
        self.end_of_line();
        String::from_utf8_lossy(&self.tail).into_owned()
    }

    /// Reads both pipes until both are closed.
    pub(crate) async fn drain(
        &mut self,
        tool: &'static str,
        mut stdout: impl AsyncRead + Unpin + Send,
        mut stderr: impl AsyncRead + Unpin + Send,
    ) -> Result<(), ToolError> {
        let lost = |source| ToolError::Lost { tool, source };
        let (mut out, mut err) = (vec![0_u8; PIPE_READ], vec![0_u8; PIPE_READ]);
        let (mut out_open, mut err_open) = (true, true);
        while out_open || err_open {
            tokio::select! {
                read = stdout.read(&mut out), if out_open => match read.map_err(lost)? {
                    0 => out_open = false,
                    count => self.stdout(&out[..count])?,
                },
                read = stderr.read(&mut err), if err_open => match read.map_err(lost)? {
                    0 => err_open = false,
                    count => self.stderr(&err[..count]),
                },
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn progress_on_standard_error_is_kept_out_of_the_tail() {
        let (mut data, mut reports) = (Vec::new(), Vec::new());
        let keep = |bytes: &[u8]| {
            data.extend_from_slice(bytes);
            Ok(())
        };
        let mut sink = Sink::new(keep, |report| reports.push(report), true);
        let stderr: &[u8] = b"frame=5\nodd frame\nprogress=end\nlast words";
        sink.drain("ffmpeg", &b"data"[..], stderr).await.unwrap();
        assert_eq!(sink.into_tail(), "odd frame\nlast words");
        assert_eq!(data, b"data");
        assert_eq!(
            reports,
            [Progress {
                frame: 5,
                ..Progress::default()
            }]
        );
    }

    #[tokio::test]
    async fn only_the_end_of_a_long_standard_error_is_kept() {
        let mut sink = Sink::new(|_: &[u8]| Ok(()), |_| {}, false);
        let long = [vec![b'x'; 100_000], b"\nthe reason\n".to_vec()].concat();
        sink.drain("ffmpeg", &b""[..], &long[..]).await.unwrap();
        let tail = sink.into_tail();
        assert!(tail.ends_with("the reason\n"));
        assert!(tail.len() <= STDERR_TAIL);
    }
}
