// Chooses among image candidates: as a `srcset`, so that the browser takes the one that fits the space.
import type { Artwork } from '../api/types';

/** `srcset` over all candidates, smallest first. */
export function sourceSet(artwork: Artwork): string {
  return [...artwork.images].sort((a, b) => a.width - b.width).map((image) => `${image.url} ${image.width}w`).join(', ');
}

/** The smallest candidate at least `width` pixels wide, or the largest there is; null without pictures. */
export function pictureFor(artwork: Artwork, width: number): string | null {
  const sorted = [...artwork.images].sort((a, b) => a.width - b.width);
  return (sorted.find((image) => image.width >= width) ?? sorted.at(-1))?.url ?? null;
}
