//! Logs on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Starts logging to standard error at `filter` (such as `info` or `marquee=debug,warn`).
/// Only the first call in a process has an effect.
///
/// # Errors
/// The filter's own words when it cannot be parsed.
pub fn init_logs(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(|error| format!("the log filter {filter:?} is wrong: {error}"))?;
    let colours = std::io::stderr().is_terminal();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => logs.with_ansi(colours).with_target(false).try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    // A second subscriber is refused; the first goes on, which is what a test binary wants.
    drop(started);
    Ok(())
}
