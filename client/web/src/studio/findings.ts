// Findings of a master, and its facts, as words.
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
