// Chooses among image candidates: as a `srcset`, so that the browser takes the one that fits the space.
import type { Artwork, ImageCandidate, Shape } from '../api/types';

/** The pictures of a shape, smallest first, of each width the best; those of rows where a title has none of the shape. */
function imagesOf(artwork: Artwork, shape: Shape): ImageCandidate[] {
  const ofShape = artwork.images.filter((image) => image.shape === shape);
  const some = ofShape.length > 0 ? ofShape : artwork.images.filter((image) => image.shape === 'tile');
  const best = some.filter((image, at) => some.findIndex((other) => other.width === image.width) === at);
  return best.sort((a, b) => a.width - b.width);
}

/** `srcset` over the sizes of a shape, smallest first. */
export function sourceSet(artwork: Artwork, shape: Shape = 'tile'): string {
  return imagesOf(artwork, shape).map((image) => `${image.url} ${image.width}w`).join(', ');
}

/** The smallest of a shape at least `width` pixels wide, or its largest; null without pictures. */
export function pictureFor(artwork: Artwork, width: number, shape: Shape = 'tile'): string | null {
  const sizes = imagesOf(artwork, shape);
  return (sizes.find((image) => image.width >= width) ?? sizes.at(-1))?.url ?? null;
}
