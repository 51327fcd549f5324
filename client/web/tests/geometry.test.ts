// Where arrows lead on screens shaped like ours.
import { describe, expect, it } from 'vitest';
import { nextInDirection, type Rect } from '../src/focus/geometry';

const box = (left: number, top: number, width = 100, height = 60): Rect => ({ left, top, width, height });

describe('left and right', () => {
  const row = [box(0, 0), box(110, 0), box(220, 0)];

  it('goes to the nearest on the same line', () => {
    expect(nextInDirection(box(0, 0), [row[2]!, row[1]!], 'right')).toBe(1);
    expect(nextInDirection(box(220, 0), [row[0]!, row[1]!], 'left')).toBe(1);
  });

  it('stops at the end of a row instead of leaving it', () => {
    expect(nextInDirection(box(220, 0), [box(330, 200), row[0]!], 'right')).toBe(-1);
  });

  it('skips buttons that lie inside the focused card', () => {
    expect(nextInDirection(box(0, 0, 300, 170), [box(250, 120, 40, 40), box(310, 0, 300, 170)], 'right')).toBe(1);
  });

  it('leaves a button inside a card for the next card, not for its own', () => {
    const own = box(310, 0, 300, 170);
    expect(nextInDirection(box(520, 120, 40, 40), [own, box(0, 0, 300, 170)], 'left')).toBe(1);
  });
});

describe('up and down', () => {
  it('goes to the next line even when a farther one is better aligned', () => {
    expect(nextInDirection(box(1200, 0), [box(0, 100), box(110, 100), box(1200, 300)], 'down')).toBe(1);
  });

  it('keeps the column', () => {
    expect(nextInDirection(box(220, 0), [box(0, 100), box(220, 100), box(440, 100)], 'down')).toBe(1);
    expect(nextInDirection(box(220, 100), [box(0, 0), box(220, 0), box(440, 0)], 'up')).toBe(1);
  });

  it('reaches the buttons inside the focused card before the next row', () => {
    expect(nextInDirection(box(0, 0, 300, 170), [box(0, 240, 300, 170), box(200, 120, 40, 40)], 'down')).toBe(1);
    expect(nextInDirection(box(200, 300, 40, 40), [box(0, 180, 300, 170), box(0, -60, 300, 170)], 'up')).toBe(0);
  });

  it('has nowhere to go from the only element', () => {
    expect(nextInDirection(box(0, 0), [], 'down')).toBe(-1);
    expect(nextInDirection(box(0, 0), [box(0, 100)], 'up')).toBe(-1);
  });

  it('always lands strictly farther in the direction asked for', () => {
    const grid = Array.from({ length: 40 }, (_, i) => box((i % 8) * 130 + (i % 3) * 7, Math.floor(i / 8) * 90 + (i % 2) * 5));
    for (const from of grid) {
      const others = grid.filter((rect) => rect !== from);
      const down = others[nextInDirection(from, others, 'down')];
      const right = others[nextInDirection(from, others, 'right')];
      if (down) expect(down.top).toBeGreaterThan(from.top);
      if (right) expect(right.left).toBeGreaterThan(from.left);
    }
  });
});
