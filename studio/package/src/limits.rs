//! The sizes and counts of what is packaged.

use std::time::Duration;

/// Length aimed at for a segment of sound: near the picture's, so that a player's buffers fill alike.
pub const AUDIO_SEGMENT_SECONDS: f64 = 4.0;

/// Bytes of a track file gathered before they are written.
pub const WRITE_BUFFER_BYTES: usize = 1 << 20;

/// Pixels across a seek-bar tile: legible above a seek bar, and a hundred fit in about 300 KiB.
pub const TILE_WIDTH: u32 = 160;

/// Tiles across and down a full sheet.
pub const TILE_GRID: u32 = 10;

/// Least time between tiles.
pub const TILE_INTERVAL: Duration = Duration::from_secs(2);

/// Most tiles of a title: six sheets, whatever its length.
pub const MAX_TILES: u64 = 600;

/// Pixels across a tile (16:9): a phone's row, a desktop's row, a title page.
pub const TILE_ART_WIDTHS: [u32; 3] = [320, 640, 1280];

/// Pixels across a poster (2:3): a wall of them, a phone's title page.
pub const POSTER_WIDTHS: [u32; 2] = [240, 480];

/// Pixels across a hero (21:9): behind a page of a laptop, of a television.
pub const HERO_WIDTHS: [u32; 2] = [1280, 1920];

/// Frames kept of a title: the best, and others that differ from it and from one another.
pub const ARTWORK_FRAMES: usize = 3;

/// Pixels across the tiles of the others.
pub const OTHER_ART_WIDTHS: [u32; 1] = [640];

/// Frames looked at in search of artwork.
pub const ARTWORK_CANDIDATES: u32 = 12;

/// Part of the title in which artwork is sought: after the logos, before the ending and the credits.
pub const ARTWORK_SPAN: std::ops::Range<f64> = 0.08..0.70;

/// Pixels across a candidate when it is judged: enough to tell sharp from soft.
pub const CANDIDATE_WIDTH: u32 = 320;

/// Largest width or height of a picture source.
pub const MAX_PICTURE_SIDE: u32 = 16_384;

const _: () = assert!(MAX_TILES.is_multiple_of((TILE_GRID * TILE_GRID) as u64));
