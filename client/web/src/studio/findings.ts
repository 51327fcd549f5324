// Findings of a master as lanes on a time axis and as words.
import type { Finding, Inspection, Severity } from '../api/types';
import { languageName } from '../text/names';
import { bytes, figure } from '../text/numbers';
import { clock } from '../text/time';

const CHECK_NAMES: Record<string, string> = {
  facts: 'File',
  black: 'Black',
  freeze: 'Still picture',
  'repeated-frames': 'Repeated frames',
  fields: 'Fields',
  flashes: 'Flashes',
  levels: 'Levels',
  letterbox: 'Bars',
  decoding: 'Damage',
  silence: 'Silence',
  clipping: 'Clipping',
  lengths: 'Lengths',
};

const TERM_NAMES: Record<string, string> = {
  'camera-make': 'Camera make',
  'camera-model': 'Camera model',
  'camera-serial': 'Camera serial number',
  'white-balance': 'White balance',
  'capture-rate': 'Capture rate',
  'recorded-at': 'Recorded',
  iso: 'ISO',
};

export const SEVERITY_NAMES: Record<Severity, string> = { error: 'Error', warning: 'Warning', note: 'Note' };

/** A kind of finding as people call it. */
export function checkName(check: string): string {
  return CHECK_NAMES[check] ?? check;
}

/** A term of the camera vocabulary as people read it. */
export function termName(term: string): string {
  return TERM_NAMES[term] ?? term.charAt(0).toUpperCase() + term.slice(1).replaceAll('-', ' ');
}

/** Where a finding is, as a clock: `0:02 to 0:05`, or that it is everywhere. */
export function rangeText(finding: Finding): string {
  if (finding.start_ms === undefined || finding.end_ms === undefined) return 'Whole title';
  const [from, to] = [clock(finding.start_ms / 1000), clock(finding.end_ms / 1000)];
  return from === to ? `At ${from}` : `${from} to ${to}`;
}

/** Percent of the axis behind which there is no room for a time. */
const LAST_TICK = 88;

export interface Mark {
  finding: Finding;
  /** Percent of the axis. */
  start: number;
  width: number;
}

export interface Lane {
  name: string;
  marks: Mark[];
}

/** Findings that have a time, one lane to a kind in the order of their gravity. */
export function lanes(findings: readonly Finding[], durationMs: number): Lane[] {
  const made = new Map<string, Lane>();
  for (const finding of findings) {
    if (finding.start_ms === undefined || finding.end_ms === undefined || !(durationMs > 0)) continue;
    const lane = made.get(finding.check) ?? { name: checkName(finding.check), marks: [] };
    made.set(finding.check, lane);
    const start = within((finding.start_ms / durationMs) * 100);
    lane.marks.push({ finding, start, width: within((finding.end_ms / durationMs) * 100) - start });
  }
  return [...made.values()];
}

/** Length of the axis: the title's, or further where sound goes on behind the picture. */
export function axisMs(findings: readonly Finding[], durationMs: number): number {
  return findings.reduce((end, finding) => Math.max(end, finding.end_ms ?? 0), durationMs);
}

/** Steps of the axis: round times, few enough to stand beside one another; none where its figures would leave the axis. */
export function ticks(durationMs: number): { at: number; text: string }[] {
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
  const seconds = durationMs / 1000;
  if (!(seconds > 0)) return [];
  const step = steps.find((length) => seconds / length <= 6) ?? Math.ceil(seconds / 6);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({ at: ((index * step) / seconds) * 100, text: clock(index * step) })).filter((tick) => tick.at <= LAST_TICK);
}

/** The facts of a master in a few lines, each with its name. */
export function masterFacts({ report, examination }: Inspection): { name: string; value: string }[] {
  const { video } = report;
  const rate = video.frame_rate.numerator / Math.max(1, video.frame_rate.denominator);
  const fields = examination.cadence.fields === 'telecine' ? 'film spread over fields' : video.interlaced ? 'interlaced' : 'progressive';
  const colours = [video.colour.primaries, video.colour.transfer, video.colour.matrix].filter((tag) => tag !== null);
  const range = video.colour.range === 'pc' ? 'full range' : video.colour.range === 'tv' ? 'limited range' : 'range not declared';
  const facts = [
    { name: 'Picture', value: `${video.codec}, ${video.width}×${video.height}, ${video.bit_depth} bit` },
    { name: 'Frames', value: `${figure(rate)} a second${video.variable_rate ? ', uneven' : ''}, ${fields}` },
    { name: 'Colour', value: `${colours.length > 0 ? [...new Set(colours)].join(' / ') : 'not declared'}, ${range}` },
    { name: 'File', value: `${report.container.split(',')[0] ?? ''}, ${bytes(report.bytes)}` },
  ];
  if (video.colour.light) facts.push({ name: 'Brightest', value: `${video.colour.light.max_pixel} cd/m² a pixel, ${video.colour.light.max_frame_average} cd/m² a frame` });
  for (const track of report.audio) facts.push({ name: `Sound ${track.stream_index}`, value: `${track.codec}, ${track.layout || `${track.channels} channels`}, ${figure(track.sample_rate / 1000)} kHz, ${languageName(track.language)}` });
  for (const track of report.text) facts.push({ name: `Subtitles ${track.stream_index}`, value: `${track.codec}, ${languageName(track.language)}` });
  if (report.timecode) {
    const { hours, minutes, seconds, frames, drop_frame: drop } = report.timecode;
    const two = (n: number): string => String(n).padStart(2, '0');
    facts.push({ name: 'Timecode', value: `${two(hours)}:${two(minutes)}:${two(seconds)}${drop ? ';' : ':'}${two(frames)}` });
  }
  return [...facts, ...report.source.map(({ term, value }) => ({ name: termName(term), value }))];
}

function within(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
