// What the viewer chose last on this device: volume, languages, quality; and the speed the connection last showed.
import type { Quality } from './quality';

export interface Preferences {
  volume: number;
  muted: boolean;
  quality: Quality;
  /** Language of subtitles, or null for none. */
  subtitles: string | null;
  audio: string | null;
  /** Bits per second measured last, so that the next play starts near the right rendition. */
  bandwidth: number | null;
}

const KEY = 'marquee-player';
const DEFAULTS: Preferences = { volume: 1, muted: false, quality: 'auto', subtitles: null, audio: null, bandwidth: null };

/** Reads what was kept. Storage may be full, forbidden or hold something else: then the defaults apply. */
export function readPreferences(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function keepPreferences(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
  } catch {
    // A choice that cannot be kept still holds for this play.
  }
}
