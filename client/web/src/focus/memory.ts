// Remembers, for every page visited, which element had focus and how far it was scrolled, and puts both back.
import { settle } from './spatial';

interface Place {
  focus: string | null;
  scroll: number;
}

const places = new Map<string, Place>();
/** Enough for a long evening of browsing; the oldest page is forgotten first. */
const MAX_PLACES = 100;
/** Data may still be on its way when a page is shown again; after this long the viewer has moved on. */
const PATIENCE_MS = 3000;

/** Notes where the viewer is on the page behind `key`, just before it goes away. */
export function remember(key: string): void {
  const active = document.activeElement;
  const focus = active instanceof HTMLElement ? (active.dataset['focusKey'] ?? active.dataset['testid'] ?? null) : null;
  places.delete(key);
  places.set(key, { focus, scroll: scrollY });
  const oldest = places.keys().next();
  if (places.size > MAX_PLACES && oldest.done !== true) places.delete(oldest.value);
}

/** Puts focus and scroll back for a revisited page, or gives focus to what a new page marks as its start. */
export function arrive(key: string, revisited: boolean, wantFocus: boolean): () => void {
  const place = revisited ? places.get(key) : undefined;
  scrollTo({ top: 0, behavior: 'instant' });
  if (!place && !wantFocus) return () => undefined;
  const until = performance.now() + PATIENCE_MS;
  let frame = 0;
  const attempt = (): void => {
    if (document.activeElement !== null && document.activeElement !== document.body && !document.activeElement.matches('[data-fixed] *')) return;
    if (place ? putBack(place) : start()) return;
    if (performance.now() < until) frame = requestAnimationFrame(attempt);
  };
  frame = requestAnimationFrame(attempt);
  return () => cancelAnimationFrame(frame);
}

function putBack(place: Place): boolean {
  const enough = document.documentElement.scrollHeight >= place.scroll + innerHeight;
  if (place.focus === null) {
    if (enough) scrollTo({ top: place.scroll, behavior: 'instant' });
    return enough;
  }
  const name = CSS.escape(place.focus);
  const element = document.querySelector<HTMLElement>(`[data-focus-key="${name}"], [data-testid="${name}"]`);
  if (!element) return false;
  settle(element);
  scrollTo({ top: place.scroll, behavior: 'instant' });
  return true;
}

function start(): boolean {
  const element = document.querySelector<HTMLElement>('[data-autofocus]');
  if (!element) return false;
  element.focus({ preventScroll: true });
  return true;
}
