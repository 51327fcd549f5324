// What kind of screen this is: a television (by size and pointer, or by request), a phone, or a computer.
import type { DeviceKind } from '../api/types';

const TV_KEY = 'marquee-tv';

/** True on a large screen without a fine pointer, or after `?tv=1` was asked for in this tab. */
export function detectTv(): boolean {
  const asked = new URLSearchParams(location.search).get('tv');
  if (asked !== null) sessionStorage.setItem(TV_KEY, asked === '1' ? '1' : '0');
  const kept = sessionStorage.getItem(TV_KEY);
  if (kept !== null) return kept === '1';
  return matchMedia('(min-width: 1900px)').matches && !matchMedia('(any-pointer: fine)').matches;
}

export function applyTv(on: boolean): void {
  document.documentElement.toggleAttribute('data-tv', on);
}

export function onTv(): boolean {
  return document.documentElement.hasAttribute('data-tv');
}

export function deviceKind(): DeviceKind {
  if (onTv()) return 'tv';
  return matchMedia('(pointer: coarse) and (max-width: 900px)').matches ? 'phone' : 'web';
}

export function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Silent previews cost data, so they respect both the wish for less motion and the wish for less data. */
export function previewsWanted(): boolean {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  return !reducedMotion() && connection?.saveData !== true;
}
