// Moves focus with arrow keys over whatever is on screen, and keeps it where the eye is.
import { nextInDirection, type Direction, type Rect } from './geometry';
import { directionOf, fieldKeepsArrow, fieldState, isBack } from './keys';

const FOCUSABLE = 'a[href]:not([data-skip]), button:not(:disabled), input:not(:disabled):not([type="hidden"]), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** An open menu or panel holds focus inside itself while it carries this attribute. */
export const SCOPE = 'data-focus-scope';

/** Starts the focus manager. `goBack` is what a remote's Back key does when no panel is open. */
export function startSpatialFocus(onTv: () => boolean, goBack: () => void): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const active = document.activeElement;
    if (isBack(event.key, onTv()) && !(event.key === 'Backspace' && fieldState(active).kind !== 'none')) {
      event.preventDefault();
      goBack();
      return;
    }
    const direction = directionOf(event.key);
    if (direction === null || fieldKeepsArrow(fieldState(active), direction)) return;
    if (moveFocus(direction)) event.preventDefault();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** Moves focus one step. False when there is nothing that way, so that the page may scroll instead. */
export function moveFocus(direction: Direction): boolean {
  const scope = currentScope();
  const active = document.activeElement;
  const candidates = focusable(scope).filter((element) => element !== active);
  if (!(active instanceof HTMLElement) || active === document.body || !scope.contains(active)) {
    return settle(scope.querySelector<HTMLElement>('[data-autofocus]') ?? firstVisible(candidates));
  }
  for (const layer of layers(active, candidates, direction)) {
    const toBar = direction === 'up' && !inBar(active) && layer.some(inBar);
    // While the page still scrolls, what has focus may be above the bar on screen; the bar is reached all the same.
    const from = toBar ? { ...rectOf(active), top: innerHeight } : rectOf(active);
    const next = layer[nextInDirection(from, layer.map(rectOf), direction)];
    if (next) return settle(next);
  }
  return false;
}

/** The fixed bar lies over the page while it scrolls, so geometry alone would mix the two: it counts as above everything. */
function layers(active: Element, candidates: HTMLElement[], direction: Direction): HTMLElement[][] {
  const bar = candidates.filter(inBar);
  const page = candidates.filter((element) => !inBar(element));
  if (inBar(active)) return direction === 'down' ? [page] : [bar];
  return direction === 'up' ? [page, bar] : [page];
}

function inBar(element: Element): boolean {
  return element.closest('[data-fixed]') !== null;
}

/** Gives an element focus and scrolls so that rows keep it in the same place. */
export function settle(element: HTMLElement | null | undefined): boolean {
  if (!element) return false;
  element.focus({ preventScroll: true });
  const inRow = element.closest('[data-row]') !== null;
  const smooth = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: inRow ? 'center' : 'nearest', inline: inRow ? 'start' : 'nearest', behavior: smooth ? 'smooth' : 'instant' });
  return true;
}

function currentScope(): ParentNode & Node {
  const open = document.querySelectorAll(`[${SCOPE}]`);
  return open[open.length - 1] ?? document.body;
}

function focusable(scope: ParentNode): HTMLElement[] {
  return [...scope.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => {
    if (element.tabIndex < 0 && !element.matches('[data-roving]')) return false;
    if (element.closest('[inert]') !== null) return false;
    return element.getClientRects().length > 0 && element.checkVisibility({ checkVisibilityCSS: true });
  });
}

function firstVisible(elements: readonly HTMLElement[]): HTMLElement | undefined {
  return elements.find((element) => {
    const rect = element.getBoundingClientRect();
    return rect.bottom > 0 && rect.top < innerHeight && !inBar(element);
  }) ?? elements[0];
}

function rectOf(element: Element): Rect {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
}
