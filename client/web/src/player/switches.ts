// Why the picture changed rendition, in a sentence, from what was known at that moment. Pure.
import { bitrate } from '../text/numbers';
import type { Quality, Rendition } from './quality';

export interface Switch {
  /** Position in the title, seconds. */
  at: number;
  from: string;
  to: string;
  reason: string;
}

/** Above this share the engine may step down although the connection would carry more. */
const MANY_DROPPED = 0.05;

export interface Circumstances {
  bandwidth: number;
  bufferS: number;
  quality: Quality;
  /** True while the viewer's own choice of quality takes effect. */
  chosen: boolean;
  viewHeight: number;
  /** Share of frames this device could not show in time since the last change, 0 to 1. */
  droppedShare: number;
}

/** A rendition as the diagnostics panel names it: `720p, 2.4 Mb/s`. */
export function renditionName(rendition: Rendition | null): string {
  if (!rendition) return 'nothing';
  return `${rendition.height === null ? 'audio' : `${rendition.height}p`}, ${bitrate(rendition.bandwidth)}`;
}

export function reasonFor(from: Rendition | null, to: Rendition, seen: Circumstances): string {
  if (from === null) return `Start: ${bitrate(seen.bandwidth)} was expected from the connection`;
  if (seen.chosen) return seen.quality === 'auto' ? 'You chose Auto' : seen.quality === 'saver' ? 'You chose Data saver' : 'You chose Best';
  const speed = bitrate(seen.bandwidth);
  if (to.bandwidth > from.bandwidth) return `The connection carries ${speed}, enough for more`;
  if (seen.droppedShare > MANY_DROPPED) return `This device dropped ${Math.round(seen.droppedShare * 100)} % of the frames, so less is smoother`;
  if (seen.bandwidth < from.bandwidth) return `The connection fell to ${speed} with ${Math.round(seen.bufferS)} s buffered`;
  if (from.height !== null && seen.viewHeight > 0 && from.height > seen.viewHeight * 1.2) return `The picture is shown ${Math.round(seen.viewHeight)} pixels high, so less is enough`;
  return `${speed} leaves too little room for ${bitrate(from.bandwidth)}`;
}
