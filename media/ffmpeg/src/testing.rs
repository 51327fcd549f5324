//! For the tests of this and other crates: the tools, and clips to use them on.

use std::path::{Path, PathBuf};

use tokio::sync::OnceCell;

use crate::{MediaInput, Tools, ToolsConfig};

/// Names the folder that holds ffmpeg and ffprobe.
const TOOLS_VARIABLE: &str = "MARQUEE_TOOLS";

/// Names the folder that holds `media/`, the optional real clips.
const SHARED_VARIABLE: &str = "MARQUEE_SHARED";

/// The tools from `MARQUEE_TOOLS` or from `.tools/bin` of the repository, located once per process.
///
/// # Panics
/// When they are not there: no test of media can say anything without them.
pub async fn test_tools() -> Tools {
    static TOOLS: OnceCell<Tools> = OnceCell::const_new();
    let locate = async || {
        let config = ToolsConfig {
            folder: tools_folder(),
            ..ToolsConfig::default()
        };
        Tools::locate(&config)
            .await
            .expect("./test installs ffmpeg and ffprobe in .tools/bin")
    };
    TOOLS.get_or_init(locate).await.clone()
}

/// The folder that [`test_tools`] looks in.
pub fn tools_folder() -> PathBuf {
    std::env::var_os(TOOLS_VARIABLE).map_or_else(|| repository().join(".tools/bin"), PathBuf::from)
}

/// A real clip by its name, or nothing, said on standard error, where the folder is absent.
#[expect(
    clippy::print_stderr,
    reason = "a test that had no clip to look at has to say so"
)]
pub fn shared_media(name: &str) -> Option<MediaInput> {
    let folder = std::env::var_os(SHARED_VARIABLE)
        .map_or_else(|| repository().join("../shared"), PathBuf::from);
    let path = folder.join("media").join(name);
    let input = MediaInput::open(&path).ok();
    if input.is_none() {
        eprintln!("{} is absent: its checks are left out", path.display());
    }
    input
}

/// Makes a clip: ffmpeg's arguments between its defaults and the output file.
///
/// # Panics
/// When ffmpeg refuses the arguments.
pub async fn make_clip(path: &Path, arguments: &[&str]) -> MediaInput {
    let command = test_tools().await.ffmpeg().args(arguments).output(path);
    let made = command.run(|_| {}).await;
    made.unwrap_or_else(|error| panic!("{error}\n{}", error.stderr_tail()));
    MediaInput::open(path).expect("ffmpeg has just written the clip")
}

/// The repository's root: two folders above this crate's.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
