// The media document as rows on one axis: which events go in which row, and where. Pure: no page, no clock.
import type { Severity, TimelineEvent } from '../api/types';
import { clock } from '../text/time';

export interface Row {
  /** Names the row in tests and keys. */
  id: string;
  name: string;
  events: TimelineEvent[];
}

/** A bar: where it begins and how wide it is, in shares of the axis, and how many events it stands for. */
export interface Bar {
  at: number;
  width: number;
  events: TimelineEvent[];
}

/** Bars nearer than this share of the axis are drawn as one: a film has thousands of shots, a screen a thousand pixels. */
export const CLOSE = 1 / 600;

const NAMES: [TimelineEvent['kind'], string][] = [
  ['shot', 'Shots'],
  ['finding', 'Findings'],
  ['loudness', 'Loudness'],
  ['dialogue', 'Dialogue'],
  ['picture-text', 'Text in the picture'],
  ['subtitle-move', 'Moved subtitles'],
];

/** Events that follow one another without a gap, and are drawn so while there is room. */
const SIDE_BY_SIDE = new Set<TimelineEvent['kind']>(['shot', 'dialogue', 'loudness']);

/** Loudness that is drawn as nothing; 0 LUFS is drawn in full. */
const QUIETEST_LUFS = -50;

/** Every row there is something in; shots first, a row for each subtitle track. */
export function rows(events: TimelineEvent[]): Row[] {
  const found = NAMES.map(([kind, name]) => ({ id: kind, name, events: events.filter((event) => event.kind === kind) }));
  const tracks = new Map<number, Row>();
  for (const event of events) {
    if (event.kind !== 'subtitle') continue;
    const row = tracks.get(event.track) ?? { id: `subtitle-${event.track}`, name: `Subtitles (${event.language})`, events: [] };
    row.events.push(event);
    tracks.set(event.track, row);
  }
  const order = [...tracks].sort(([a], [b]) => a - b).map(([, row]) => row);
  return [...found.slice(0, 4), ...order, ...found.slice(4)].filter((row) => row.events.length > 0);
}

/** The bars of a row, in order. Shots stand apart while there is room; others join where they would touch. */
export function bars(events: TimelineEvent[], durationMs: number): Bar[] {
  if (durationMs <= 0) return [];
  const made: Bar[] = [];
  for (const event of events) {
    const at = Math.min(1, event.start_ms / durationMs);
    const width = Math.min(1, event.end_ms / durationMs) - at;
    const last = made.at(-1);
    const joins = last !== undefined && (SIDE_BY_SIDE.has(event.kind) ? width < CLOSE && last.width < CLOSE : at < last.at + last.width + CLOSE / 4);
    if (last === undefined || !joins) {
      made.push({ at, width, events: [event] });
    } else {
      last.width = Math.max(last.width, at + width - last.at);
      last.events.push(event);
    }
  }
  return made;
}

/** Percent of the axis behind which there is no room for a time. */
const LAST_TICK = 88;

/** Steps of the axis: round times, few enough to stand beside one another; none where its figures would leave the axis. */
export function ticks(durationMs: number): { at: number; text: string }[] {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
  const seconds = durationMs / 1000;
  if (!(seconds > 0)) return [];
  const step = steps.find((length) => seconds / length <= 6) ?? Math.ceil(seconds / 6);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({ at: ((index * step) / seconds) * 100, text: clock(index * step) })).filter((tick) => tick.at <= LAST_TICK);
}

/** How high a bar stands, 0 to 1: dialogue as far as it is understood at least, sound as loud as it gets, everything else in full. */
export function height(bar: Bar): number {
  const loud = bar.events.flatMap((event) => (event.kind === 'loudness' ? [event.lufs] : []));
  if (loud.length > 0) return Math.min(1, Math.max(0.02, 1 - Math.max(...loud) / QUIETEST_LUFS));
  const heard = bar.events.flatMap((event) => (event.kind === 'dialogue' ? [event.hundredths] : []));
  return heard.length === 0 ? 1 : Math.min(...heard) / 100;
}

/** The severity of the gravest finding a bar stands for; nothing for bars of other kinds. */
export function gravest(bar: Bar): Severity | undefined {
  const found = bar.events.flatMap((event) => (event.kind === 'finding' ? [event.severity] : []));
  return (['error', 'warning', 'note'] as const).find((severity) => found.includes(severity));
}

/** What lasts at a moment, in the order of the rows. */
export function during(list: Row[], atMs: number): { row: string; event: TimelineEvent }[] {
  return list.flatMap((row) => row.events.filter((event) => event.start_ms <= atMs && atMs < event.end_ms).map((event) => ({ row: row.name, event })));
}

/** The start of the nearest event before or after a moment; the moment itself when there is none. */
export function step(events: TimelineEvent[], atMs: number, forwards: boolean): number {
  const starts = events.map((event) => event.start_ms).sort((a, b) => a - b);
  return (forwards ? starts.find((start) => start > atMs) : starts.findLast((start) => start < atMs)) ?? atMs;
}

/** An event in words. */
export function words(event: TimelineEvent): string {
  switch (event.kind) {
    case 'shot':
      return `Shot ${event.index + 1}`;
    case 'finding':
      return event.message;
    case 'dialogue':
      return `Dialogue understood: ${event.hundredths} of 100`;
    case 'loudness':
      return `${event.lufs} LUFS`.replace('-', '\u2212');
    case 'picture-text':
      return `“${event.text}”`;
    case 'subtitle':
      return event.text.replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', ' ').replaceAll('&amp;', '&');
    case 'subtitle-move':
      return `Moved off “${event.text}”`;
  }
}
