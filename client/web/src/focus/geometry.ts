// Where focus goes when an arrow is pressed: pure geometry over rectangles, in physical pixels.

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The index of the candidate an arrow leads to from `from`, or -1 when there is none that way. */
export function nextInDirection(from: Rect, candidates: readonly Rect[], direction: Direction): number {
  return direction === 'left' || direction === 'right' ? alongLine(from, candidates, direction) : acrossLines(from, candidates, direction);
}

/** Left and right stay on the line: what overlaps vertically, the nearest first. A row never wraps. */
function alongLine(from: Rect, candidates: readonly Rect[], direction: 'left' | 'right'): number {
  return best(candidates, (rect) => {
    if (within(rect, from) || within(from, rect) || overlap(spanY(from), spanY(rect)) <= 0) return null;
    const [here, there] = direction === 'right' ? [spanX(from), spanX(rect)] : [mirrored(spanX(from)), mirrored(spanX(rect))];
    if (!beyond(here, there)) return null;
    return { near: Math.max(0, there.start - here.end), aside: Math.abs(middle(spanY(from)) - middle(spanY(rect))) };
  });
}

/** Up and down go to the nearest line that way, and there to whatever lies closest to the same column. */
function acrossLines(from: Rect, candidates: readonly Rect[], direction: 'up' | 'down'): number {
  const measured = candidates.map((rect) => {
    const [here, there] = direction === 'down' ? [spanY(from), spanY(rect)] : [mirrored(spanY(from)), mirrored(spanY(rect))];
    if (!beyond(here, there)) return null;
    const gap = Math.max(0, -overlap(spanX(from), spanX(rect)));
    return { near: Math.max(0, there.start - here.end), aside: gap * 4 + Math.abs(spanX(from).start - spanX(rect).start), half: rect.height / 2 };
  });
  const reachable = measured.filter((found) => found !== null);
  if (reachable.length === 0) return -1;
  const first = reachable.reduce((a, b) => (b.near < a.near ? b : a));
  let chosen = -1;
  let least = Number.POSITIVE_INFINITY;
  measured.forEach((found, index) => {
    if (found !== null && found.near <= first.near + first.half && found.aside < least) {
      least = found.aside;
      chosen = index;
    }
  });
  return chosen;
}

interface Span {
  start: number;
  end: number;
}

interface Distance {
  near: number;
  aside: number;
}

const spanX = (rect: Rect): Span => ({ start: rect.left, end: rect.left + rect.width });
const spanY = (rect: Rect): Span => ({ start: rect.top, end: rect.top + rect.height });
const mirrored = (span: Span): Span => ({ start: -span.end, end: -span.start });
const middle = (span: Span): number => (span.start + span.end) / 2;
/** Length shared by two spans; negative is the gap between them. */
const overlap = (a: Span, b: Span): number => Math.min(a.end, b.end) - Math.max(a.start, b.start);

/** Far enough past `here` to count as the next thing rather than as a neighbour slightly out of line. */
function beyond(here: Span, there: Span): boolean {
  return middle(there) - middle(here) > Math.min(here.end - here.start, there.end - there.start) / 2;
}

function within(inner: Rect, outer: Rect): boolean {
  return inner.left >= outer.left && inner.top >= outer.top
    && inner.left + inner.width <= outer.left + outer.width && inner.top + inner.height <= outer.top + outer.height;
}

function best(candidates: readonly Rect[], measure: (rect: Rect) => Distance | null): number {
  let chosen = -1;
  let least: Distance = { near: Number.POSITIVE_INFINITY, aside: Number.POSITIVE_INFINITY };
  candidates.forEach((rect, index) => {
    const found = measure(rect);
    if (found && (found.near < least.near || (found.near === least.near && found.aside < least.aside))) {
      least = found;
      chosen = index;
    }
  });
  return chosen;
}
