//! The search: frames out of the master, words out of the frames.

use std::path::{Path, PathBuf};
use std::time::Duration;

use media_ffmpeg::{Command, Limits, MediaInput, ToolError, Tools};
use studio_timeline::{Event, Interval};

use crate::limits::{FRAMES_PER_RUN, MAX_FRAMES, RUN_ADDRESS_SPACE, RUN_CPU, SPACING, WIDTH};
use crate::{merge, table};

/// Why no text could be looked for. A title can go on without.
#[derive(Debug, thiserror::Error)]
pub enum PictureTextError {
    /// A tool failed.
    #[error("text in the picture cannot be looked for: {0}")]
    Tool(#[from] ToolError),
    /// The folder for the frames could not be used.
    #[error("text in the picture cannot be looked for in {folder}: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The text seen in a picture track while one of `wanted` lasts, as events by their start; nothing where
/// tesseract is not installed. Frames go to a folder of their own below `work`, which is removed again.
///
/// # Errors
/// [`PictureTextError`].
pub async fn find(
    tools: &Tools,
    (master, stream_index): (&MediaInput, u32),
    wanted: &[Interval],
    duration: Duration,
    work: &Path,
) -> Result<Option<Vec<Event>>, PictureTextError> {
    let Some(reader) = tools.tesseract() else {
        return Ok(None);
    };
    let grid = Grid::over(duration);
    let frames = grid.wanted(wanted);
    if frames.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let folder = work.join("frames");
    let unusable = |source| PictureTextError::Folder {
        folder: folder.clone(),
        source,
    };
    // An earlier attempt's frames may be of another number.
    let _absent = tokio::fs::remove_dir_all(&folder).await;
    tokio::fs::create_dir_all(&folder).await.map_err(unusable)?;
    grid.extract(tools, master, stream_index, &folder).await?;
    let mut lines = Vec::new();
    for run in frames.chunks(FRAMES_PER_RUN) {
        let there: Vec<u64> = run
            .iter()
            .copied()
            .filter(|frame| frame_path(&folder, *frame).is_file())
            .collect();
        if there.is_empty() {
            break;
        }
        let list: Vec<String> = there
            .iter()
            .map(|frame| frame_path(&folder, *frame).display().to_string())
            .collect();
        let names = folder.join("list.txt");
        platform_files::write_atomic(&names, list.join("\n"))
            .await
            .map_err(unusable)?;
        let size = png_size(&frame_path(&folder, there[0]))
            .await
            .map_err(unusable)?;
        let table = read(reader.clone(), &names).await?;
        let found = table::lines(&table, size).into_iter();
        lines.extend(found.filter_map(|line| Some((*there.get(line.frame)?, line))));
    }
    tokio::fs::remove_dir_all(&folder).await.map_err(unusable)?;
    let mut events = merge::events(lines, grid.spacing_ms, grid.duration_ms);
    events.sort_by_key(|event| event.interval);
    Ok(Some(events))
}

/// Frames at even spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grid {
    spacing_ms: u64,
    duration_ms: u64,
}

impl Grid {
    fn over(duration: Duration) -> Self {
        let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let least = u64::try_from(SPACING.as_millis()).unwrap_or(1_000);
        Self {
            spacing_ms: least.max(duration_ms.div_ceil(MAX_FRAMES)),
            duration_ms,
        }
    }

    /// The numbers of the frames at whose time, give or take half a space, something wanted lasts.
    fn wanted(self, wanted: &[Interval]) -> Vec<u64> {
        let half = self.spacing_ms / 2;
        let near = |interval: &Interval| {
            let first = interval
                .start_ms()
                .saturating_sub(half)
                .div_ceil(self.spacing_ms);
            let last = (interval.end_ms().min(self.duration_ms) + half) / self.spacing_ms;
            first..=last
        };
        let mut frames: Vec<u64> = wanted.iter().flat_map(near).collect();
        frames.sort_unstable();
        frames.dedup();
        frames.retain(|frame| frame * self.spacing_ms < self.duration_ms);
        frames
    }

    /// Frame `k` is written as the file of number `k + 1`.
    async fn extract(
        self,
        tools: &Tools,
        master: &MediaInput,
        stream_index: u32,
        folder: &Path,
    ) -> Result<(), ToolError> {
        let filters = format!("fps=1000/{},scale={WIDTH}:-2,format=gray", self.spacing_ms);
        let track = format!("0:{stream_index}");
        tools
            .ffmpeg()
            .input(master)
            .args([
                "-map", &track, "-vf", &filters, "-f", "image2", "-c:v", "png",
            ])
            .args(["-compression_level", "1"])
            .output(&folder.join("%d.png"))
            .run(|_| {})
            .await
            .map(|_| ())
    }
}

fn frame_path(folder: &Path, frame: u64) -> PathBuf {
    folder.join(format!("{}.png", frame + 1))
}

/// Width and height from the header of a PNG.
async fn png_size(path: &Path) -> std::io::Result<(f64, f64)> {
    let bytes = tokio::fs::read(path).await?;
    let side = |at: usize| {
        let bytes = bytes.get(at..at + 4).and_then(|side| side.try_into().ok());
        bytes.map(|side| f64::from(u32::from_be_bytes(side)))
    };
    side(16)
        .zip(side(20))
        .filter(|(width, height)| *width > 0.0 && *height > 0.0)
        .ok_or_else(|| std::io::Error::other("a frame that was just written is no PNG"))
}

/// Sparse text, as words with their places.
async fn read(reader: Command, names: &Path) -> Result<String, ToolError> {
    let limits = Limits {
        cpu: RUN_CPU,
        wall: RUN_CPU * 4,
        address_space: RUN_ADDRESS_SPACE,
        ..Limits::default()
    };
    let finished = reader
        .arg(names)
        .args(["stdout", "--psm", "11", "--dpi", "96", "tsv"])
        .limits(limits)
        .run(|_| {})
        .await?;
    Ok(String::from_utf8_lossy(&finished.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_only_while_something_is_wanted() {
        let grid = Grid::over(Duration::from_millis(9_500));
        let at = |start, end| Interval::new(start, end).unwrap();
        assert_eq!(
            grid.wanted(&[at(2_100, 3_900), at(3_000, 3_100)]),
            [2, 3, 4]
        );
        assert_eq!(grid.wanted(&[at(9_000, 60_000)]), [9]);
        assert_eq!(grid.wanted(&[]), [] as [u64; 0]);
    }

    #[test]
    fn a_long_title_is_read_at_wider_spaces() {
        let grid = Grid::over(Duration::from_hours(3));
        assert!(grid.duration_ms / grid.spacing_ms <= MAX_FRAMES);
    }
}
