//! `marquee check`: what players trip over in a stream.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use client_check::{Options, Severity, check};
use url::Url;

use crate::cli::Check;

/// Checks one stream; one that players fail on ends the command with failure.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn run(args: Check) -> Result<()> {
    let segments = if args.every_segment {
        usize::MAX
    } else {
        args.segments
    };
    let url = url_of(&args.stream)?;
    let report = check(&url, Options { segments })
        .await
        .with_context(|| format!("{} cannot be checked", args.stream))?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    match report.count(Severity::Error) {
        0 => Ok(()),
        count => bail!("players will trip over {count} errors"),
    }
}

/// What names a scheme is a URL, everything else a path.
fn url_of(stream: &str) -> Result<Url> {
    if stream.contains("://") {
        return Url::parse(stream).with_context(|| format!("{stream} is no URL"));
    }
    let path =
        std::path::absolute(Path::new(stream)).with_context(|| format!("{stream} is no path"))?;
    Url::from_file_path(&path).map_err(|()| anyhow!("{stream} is no path"))
}
