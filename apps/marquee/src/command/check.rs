//! `marquee check`: what players trip over in a stream.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use async_trait::async_trait;
use client_check::{Decoder, Options, Severity, check, counted};
use contracts_delivery::KeyId;
use media_cenc::Key;
use media_ffmpeg::{MediaInput, Tools};
use platform_http::Trust;
use url::Url;

use crate::cli::Check;
use crate::config::Config;

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
    let trust = Trust::with(args.ca_file.as_deref())?;
    let mut options = Options::segments(segments).trusting(trust);
    if args.decode || args.keys.is_some() {
        let keys = args.keys.as_deref().map_or_else(|| Ok(Vec::new()), keys)?;
        let config = Config::load(args.config.as_deref())?;
        let tools = Tools::locate(&config.tools).await?;
        options = options.decoded(Arc::new(Ffmpeg(tools)), keys);
    }
    let report = check(&url, options)
        .await
        .with_context(|| format!("{} cannot be checked", args.stream))?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{report}");
    }
    match report.count(Severity::Error) {
        0 => Ok(()),
        count => bail!("players will trip over {}", counted(count, "error")),
    }
}

/// Decodes by the tool.
struct Ffmpeg(Tools);

#[async_trait]
impl Decoder for Ffmpeg {
    async fn decode(&self, track_file: &[u8]) -> Result<(), String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let file = tempfile::Builder::new().suffix(".mp4").tempfile();
        let mut file = file.map_err(|error| said(&error))?;
        file.write_all(track_file).map_err(|error| said(&error))?;
        let input = MediaInput::open(file.path()).map_err(|error| said(&error))?;
        let command = self.0.ffmpeg().args(["-xerror", "-err_detect", "explode"]);
        let command = command.input_as(&input, "mp4").args(["-f", "null", "-"]);
        let decoded = command.run(|_| {}).await;
        decoded.map(|_| ()).map_err(|error| said(&error))
    }
}

/// Keys from a file, which other users of the machine need not see as they would an argument.
fn keys(path: &Path) -> Result<Vec<Key>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read keys from {}", path.display()))?;
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let key = |(number, line): (usize, &str)| {
        let pair = line.trim().split_once(':');
        let pair = pair.and_then(|(id, key)| Some((id.parse().ok()?, key.parse().ok()?)));
        let (KeyId(id), KeyId(key)) = pair.with_context(|| {
            let (path, number) = (path.display(), number + 1);
            format!("{path}, line {number}: a key is KID:KEY, 32 hexadecimal digits each")
        })?;
        Ok(Key { id, key })
    };
    lines.map(key).collect()
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
