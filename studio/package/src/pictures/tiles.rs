//! Seek-bar tiles.

use std::path::{Path, PathBuf};
use std::time::Duration;

use media_ffmpeg::Tools;

use super::{PictureError, PictureSource, TileSheets, clear};
use crate::limits::{MAX_TILES, TILE_GRID, TILE_INTERVAL, TILE_WIDTH};

/// How tiles are spread over a title.
#[derive(Debug, PartialEq, Eq)]
struct Spread {
    interval_seconds: u64,
    tiles: u64,
    columns: u32,
    rows: u32,
}

impl Spread {
    /// Whole seconds apart, so that the tile of a time is found without rounding.
    fn over(duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let interval_seconds = millis
            .div_ceil(MAX_TILES * 1000)
            .max(TILE_INTERVAL.as_secs());
        let tiles = millis.div_ceil(interval_seconds * 1000);
        let grid = u64::from(TILE_GRID);
        let columns = tiles.min(grid) as u32;
        let rows = tiles.div_ceil(grid).min(grid) as u32;
        Self {
            interval_seconds,
            tiles,
            columns,
            rows,
        }
    }

    fn sheets(&self) -> u64 {
        self.tiles.div_ceil(u64::from(self.columns * self.rows))
    }
}

/// Writes sheets of tiles into `folder`: tile `k` is the first frame at or after `k` intervals. One
/// tile every 2 s up to 20 minutes, then at most 600 in all.
///
/// # Errors
/// [`PictureError`]; the title can be published without tiles.
pub async fn make_tiles(
    tools: &Tools,
    source: &PictureSource,
    folder: &Path,
) -> Result<TileSheets, PictureError> {
    source.check()?;
    let spread = Spread::over(source.duration);
    let paths: Vec<_> = (1..=spread.sheets())
        .map(|sheet| sheet_path(folder, sheet))
        .collect();
    for path in &paths {
        clear(path).await?;
    }
    let tile_height = source.height_at(TILE_WIDTH);
    let Spread {
        interval_seconds: interval,
        columns,
        rows,
        ..
    } = spread;
    let filters = format!(
        "select='isnan(prev_selected_t)+gt(floor(t/{interval}),floor(prev_selected_t/{interval}))',\
         scale={TILE_WIDTH}:{tile_height},setsar=1,tile={columns}x{rows}"
    );
    tools
        .ffmpeg()
        .input(&source.input)
        .args(["-map", "0:v:0", "-vf", &filters, "-fps_mode", "passthrough"])
        .args(["-pix_fmt", "yuvj420p", "-q:v", "5", "-f", "image2"])
        .output(&folder.join("tiles-%d.jpg"))
        .run(|_| {})
        .await
        .map_err(|error| source.tool_error(error))?;
    // The last sheet is absent when the picture is a little shorter than it says.
    let sheets: Vec<_> = paths
        .into_iter()
        .take_while(|path| path.is_file())
        .collect();
    if sheets.is_empty() {
        return Err(source.no_frames());
    }
    let interval_ms = interval * 1000;
    Ok(TileSheets {
        sheets,
        columns,
        rows,
        tile_width: TILE_WIDTH,
        tile_height,
        interval_ms,
    })
}

fn sheet_path(folder: &Path, sheet: u64) -> PathBuf {
    folder.join(format!("tiles-{sheet}.jpg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_spread_by_length() {
        let over = |seconds| Spread::over(Duration::from_secs(seconds));
        let short = Spread {
            interval_seconds: 2,
            tiles: 13,
            columns: 10,
            rows: 2,
        };
        assert_eq!(over(26), short);
        assert_eq!(
            (
                over(599).interval_seconds,
                over(599).tiles,
                over(599).sheets()
            ),
            (2, 300, 3)
        );
        assert_eq!((over(7200).interval_seconds, over(7200).tiles), (12, 600));
        assert_eq!((over(0).tiles, over(0).columns, over(0).rows), (1, 1, 1));
        assert!((1..40_000).all(|seconds| over(seconds).tiles <= MAX_TILES));
    }
}
