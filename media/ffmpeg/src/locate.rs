//! Finds the tools, and asks them what they can do before anything depends on them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::command::Kind;
use crate::{Capabilities, Command, Limits, ToolsConfig, ToolsError};

/// Encoders without which no title can be made.
const REQUIRED_ENCODERS: [&str; 2] = ["libx264", "aac"];

/// A tool that cannot tell its version in this time is not the tool.
const ASK_LIMIT: Duration = Duration::from_secs(30);

/// The located tools. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tools {
    ffmpeg: Arc<Path>,
    ffprobe: Arc<Path>,
    tesseract: Option<Arc<Path>>,
    capabilities: Arc<Capabilities>,
}

impl Tools {
    /// Finds the tools and checks that they run and have what every title needs. Tesseract may be absent
    /// unless the configuration names it.
    ///
    /// # Errors
    /// [`ToolsError`]: an operator has to install or name a tool.
    pub async fn locate(config: &ToolsConfig) -> Result<Self, ToolsError> {
        let ffmpeg = find("ffmpeg", config.ffmpeg.as_deref(), &config.folder)?;
        let ffprobe = find("ffprobe", config.ffprobe.as_deref(), &config.folder)?;
        ask(Kind::Ffprobe, &ffprobe, "-version").await?;
        let tesseract = match find("tesseract", config.tesseract.as_deref(), &config.folder) {
            Ok(program) => {
                ask(Kind::Tesseract, &program, "--version").await?;
                Some(program.into())
            }
            Err(absent) if config.tesseract.is_some() => return Err(absent),
            Err(_) => None,
        };
        let capabilities = Capabilities::from_output(
            &ask(Kind::Ffmpeg, &ffmpeg, "-version").await?,
            &ask(Kind::Ffmpeg, &ffmpeg, "-encoders").await?,
            &ask(Kind::Ffmpeg, &ffmpeg, "-filters").await?,
        );
        if let Some(encoder) = REQUIRED_ENCODERS
            .into_iter()
            .find(|name| !capabilities.has_encoder(name))
        {
            let version = capabilities.version;
            return Err(ToolsError::NoEncoder {
                program: ffmpeg,
                version,
                encoder,
            });
        }
        Ok(Self {
            ffmpeg: ffmpeg.into(),
            ffprobe: ffprobe.into(),
            tesseract,
            capabilities: Arc::new(capabilities),
        })
    }

    /// What the located ffmpeg can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// A run of ffmpeg, to be given its arguments.
    pub fn ffmpeg(&self) -> Command {
        Command::new(Kind::Ffmpeg, self.ffmpeg.to_path_buf())
    }

    /// A run of ffprobe, to be given its arguments.
    pub fn ffprobe(&self) -> Command {
        Command::new(Kind::Ffprobe, self.ffprobe.to_path_buf())
    }

    /// A run of tesseract, to be given its arguments; nothing where it is not installed.
    pub fn tesseract(&self) -> Option<Command> {
        let program = self.tesseract.as_ref()?;
        Some(Command::new(Kind::Tesseract, program.to_path_buf()))
    }
}

/// The operator's path, else the tool in `folder`, else the first on `PATH`; always absolute, because
/// a child's working folder is not ours.
fn find(tool: &'static str, given: Option<&Path>, folder: &Path) -> Result<PathBuf, ToolsError> {
    let not_found = || ToolsError::NotFound {
        tool,
        folder: folder.to_owned(),
    };
    if let Some(given) = given {
        return given.canonicalize().map_err(|_| not_found());
    }
    // PATH says where the machine keeps programs; it is the system's setting, not ours.
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(folder.to_owned())
        .chain(std::env::split_paths(&path))
        .filter_map(|folder| folder.join(tool).canonicalize().ok())
        .find(|program| program.is_file())
        .ok_or_else(not_found)
}

async fn ask(kind: Kind, program: &Path, question: &str) -> Result<String, ToolsError> {
    let limits = Limits {
        wall: ASK_LIMIT,
        ..Limits::default()
    };
    let answer = Command::bare(kind, program.to_owned())
        .arg(question)
        .limits(limits);
    match answer.run(|_| {}).await {
        Ok(finished) => Ok(String::from_utf8_lossy(&finished.stdout).into_owned()),
        Err(source) => Err(ToolsError::DoesNotRun {
            tool: kind.name(),
            program: program.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test_tools;

    #[tokio::test]
    async fn the_tools_are_found_and_can_do_what_is_needed() {
        let tools = test_tools().await;
        assert!(tools.capabilities().has_encoder("libx264"));
        assert_ne!(tools.capabilities().version, "unknown");
    }

    #[tokio::test]
    async fn a_wrong_path_and_a_wrong_program_are_told_apart() {
        let absent = ToolsConfig {
            ffmpeg: Some("/absent/ffmpeg".into()),
            ..ToolsConfig::default()
        };
        let refused = Tools::locate(&absent).await.unwrap_err();
        assert!(
            matches!(refused, ToolsError::NotFound { tool: "ffmpeg", .. }),
            "{refused}"
        );
        let other = ToolsConfig {
            ffmpeg: Some("/bin/false".into()),
            ffprobe: Some("/bin/false".into()),
            ..ToolsConfig::default()
        };
        let refused = Tools::locate(&other).await.unwrap_err();
        assert!(
            matches!(refused, ToolsError::DoesNotRun { .. }),
            "{refused}"
        );
    }

    #[tokio::test]
    async fn a_build_without_the_encoders_is_refused_by_name() {
        let other = ToolsConfig {
            ffmpeg: Some("/bin/echo".into()),
            ffprobe: Some("/bin/echo".into()),
            ..ToolsConfig::default()
        };
        let refused = Tools::locate(&other).await.unwrap_err();
        assert!(refused.to_string().contains("libx264"), "{refused}");
    }
}
