// The media document as rows and bars.
import { describe, expect, it } from 'vitest';
import type { Severity, TimelineEvent } from '../src/api/types';
import { bars, CLOSE, during, gravest, height, rows, step, ticks, words } from '../src/studio/timeline';

const shot = (index: number, start_ms: number, end_ms: number): TimelineEvent => ({ kind: 'shot', index, start_ms, end_ms });
const cue = (track: number, start_ms: number, end_ms: number, text = 'x'): TimelineEvent => ({ kind: 'subtitle', track, language: track === 0 ? 'en' : 'de', start_ms, end_ms, text });
const move: TimelineEvent = { kind: 'subtitle-move', track: 0, start_ms: 2000, end_ms: 3000, text: 'PARIS', from: { x: 0, y: 9000, width: 100, height: 100 } };

describe('rows', () => {
  it('are one for each kind and each track, and none without events', () => {
    const found = rows([cue(1, 0, 10), shot(0, 0, 9), move, cue(0, 5, 9)]);
    expect(found.map((row) => row.id)).toEqual(['shot', 'subtitle-0', 'subtitle-1', 'subtitle-move']);
    expect(found[1]?.name).toBe('Subtitles (en)');
    expect(rows([])).toEqual([]);
  });
});

describe('bars', () => {
  it('stand as high as dialogue is understood, side by side', () => {
    const scene = (start_ms: number, end_ms: number, hundredths: number) => ({ kind: 'dialogue' as const, start_ms, end_ms, hundredths });
    const made = bars([scene(0, 5000, 80), scene(5000, 10_000, 30)], 10_000);
    expect(made.map(height)).toEqual([0.8, 0.3]);
    expect(height(bars([shot(0, 0, 2500)], 10_000)[0]!)).toBe(1);
    expect(words(scene(0, 1, 30))).toBe('Dialogue understood: 30 of 100');
  });

  it('lie where their events lie', () => {
    expect(bars([shot(0, 0, 2500), shot(1, 2500, 10_000)], 10_000)).toMatchObject([{ at: 0, width: 0.25 }, { at: 0.25, width: 0.75 }]);
    expect(bars([cue(0, 9000, 99_000)], 10_000)).toMatchObject([{ at: 0.9, width: expect.closeTo(0.1, 9) }]);
    expect(bars([cue(0, 0, 1)], 0)).toEqual([]);
  });

  it('stand as high as it gets loud', () => {
    const heard = (start_ms: number, lufs: number) => ({ kind: 'loudness' as const, start_ms, end_ms: start_ms + 3000, lufs });
    expect(bars([heard(0, -25), heard(3000, -10), heard(6000, -80)], 9000).map(height)).toEqual([0.5, 0.8, 0.02]);
    expect(height(bars([heard(0, -40), heard(3000, -20)], 90_000_000)[0]!)).toBe(0.6);
    expect(words(heard(0, -23))).toBe('\u221223 LUFS');
  });

  it('of findings take the colour of the gravest', () => {
    const found = (severity: Severity, start_ms: number): TimelineEvent => ({ kind: 'finding', severity, what: 'black', message: 'x', start_ms, end_ms: start_ms + 10 });
    expect(bars([found('note', 0), found('warning', 11), found('note', 9000)], 10_000).map(gravest)).toEqual(['warning', 'note']);
    expect(gravest(bars([shot(0, 0, 9)], 10)[0]!)).toBeUndefined();
  });

  it('are never more than a screen can show', () => {
    const shots = Array.from({ length: 5000 }, (_, index) => shot(index, index * 10, index * 10 + 10));
    const made = bars(shots, 50_000);
    expect(made.length).toBeLessThanOrEqual(2 / CLOSE);
    expect(made.reduce((sum, bar) => sum + bar.events.length, 0)).toBe(5000);
  });
});

describe('a moment', () => {
  const list = rows([shot(0, 0, 2000), shot(1, 2000, 4000), cue(0, 2000, 3000, '<i>a &amp; b</i>'), move]);

  it('has what lasts then, its end not among it', () => {
    expect(during(list, 2000).map(({ event }) => words(event))).toEqual(['Shot 2', 'a & b', 'Moved off “PARIS”']);
    expect(during(list, 3000).map(({ event }) => words(event))).toEqual(['Shot 2']);
  });

  it('leads to the next and the previous one', () => {
    const events = [shot(0, 0, 2000), shot(1, 2000, 4000)];
    expect(step(events, 0, true)).toBe(2000);
    expect(step(events, 2000, false)).toBe(0);
    expect(step(events, 2000, true)).toBe(2000);
  });
});

describe('the axis', () => {
  it('stands on round times', () => {
    expect(ticks(26_000).map(({ text }) => text)).toEqual(['0:00', '0:05', '0:10', '0:15', '0:20']);
    expect(ticks(5_400_000).length).toBeLessThan(8);
    expect(ticks(0)).toEqual([]);
  });
});
