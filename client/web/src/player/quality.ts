// Quality as people choose it: three words. What each means for the media engine is decided here. Pure.

export type Quality = 'auto' | 'saver' | 'best';

export const QUALITIES: readonly { id: Quality; name: string; hint: string }[] = [
  { id: 'auto', name: 'Auto', hint: 'As good as the connection carries' },
  { id: 'saver', name: 'Data saver', hint: 'About 0.7 GB an hour at most' },
  { id: 'best', name: 'Best', hint: 'The highest there is, even if it has to wait' },
];

/** 0.7 GB an hour, spread evenly. */
export const SAVER_MAX_BANDWIDTH = 1_500_000;
export const SAVER_MAX_HEIGHT = 540;

export interface Rendition {
  bandwidth: number;
  height: number | null;
}

/** The rendition Best stays on, by bandwidth; null when there is none. */
export function bestOf<T extends Rendition>(renditions: readonly T[]): T | null {
  return renditions.reduce<T | null>((best, next) => (best === null || next.bandwidth > best.bandwidth ? next : best), null);
}

/** Bounds for automatic choice. Data saver never excludes everything: the engine keeps its lowest rendition. */
export function restrictionsFor(quality: Quality): { maxBandwidth: number; maxHeight: number } {
  return quality === 'saver'
    ? { maxBandwidth: SAVER_MAX_BANDWIDTH, maxHeight: SAVER_MAX_HEIGHT }
    : { maxBandwidth: Number.POSITIVE_INFINITY, maxHeight: Number.POSITIVE_INFINITY };
}
