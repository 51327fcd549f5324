// Finds the thumbnail for a moment in the tile sheets of a title. Pure.
import type { Tiles } from '../api/types';

export interface Thumbnail {
  url: string;
  /** Offset of the thumbnail in its sheet, in sheet pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  sheetWidth: number;
  sheetHeight: number;
}

/** A few thumbnails side by side, each of the middle of its part of the time; none for unusable sheets. */
export function strip(tiles: Tiles, seconds: number, count: number): Thumbnail[] {
  return Array.from({ length: count }, (_, index) => thumbnailAt(tiles, (seconds * (index + 0.5)) / count)).filter((thumb) => thumb !== null);
}

/** The thumbnail shown at `seconds`; the last one there is when the sheets end early. Null for unusable sheets. */
export function thumbnailAt(tiles: Tiles, seconds: number): Thumbnail | null {
  const perSheet = tiles.columns * tiles.rows;
  if (!(tiles.interval_ms > 0) || !(perSheet > 0) || tiles.urls.length === 0) return null;
  const wanted = Math.floor((Math.max(0, seconds) * 1000) / tiles.interval_ms);
  const index = Math.min(wanted, tiles.urls.length * perSheet - 1);
  const url = tiles.urls[Math.floor(index / perSheet)];
  if (url === undefined) return null;
  const place = index % perSheet;
  return {
    url,
    x: (place % tiles.columns) * tiles.tile_width,
    y: Math.floor(place / tiles.columns) * tiles.tile_height,
    width: tiles.tile_width,
    height: tiles.tile_height,
    sheetWidth: tiles.columns * tiles.tile_width,
    sheetHeight: tiles.rows * tiles.tile_height,
  };
}
