// What the network's page says of appliances and bytes, as data. Pure: no clock, no drawing.
import type { ApplianceState, Fault, NetworkAppliance, ServedBytes, Tier } from '../api/types';

export const TIERS: readonly { tier: Tier; name: string }[] = [
  { tier: 'isp', name: 'In internet providers’ networks' },
  { tier: 'exchange', name: 'At internet exchanges' },
  { tier: 'origin', name: 'Origin' },
];

const STATES: Record<ApplianceState, string> = { up: 'Up', suspected: 'Ranked last', silent: 'Silent' };

const FAULTS: Record<Fault, string> = {
  answers: 'too many of its answers fail',
  fills: 'it cannot fetch what it lacks',
  disk: 'its disk fails',
  unreachable: 'it does not answer from here',
  players: 'players failed on it',
};

export type Mood = 'good' | 'busy' | 'failing';

/** How an appliance fares, in words: its state, and why. */
export function standing(it: NetworkAppliance): { word: string; why: string; mood: Mood } {
  const why = it.faults.map((fault) => FAULTS[fault]).join(', ');
  if (it.state === 'silent') return { word: STATES.silent, why: `no report for ${Math.round(it.heard_s_ago)} s`, mood: 'failing' };
  if (it.state === 'suspected') return { word: STATES.suspected, why, mood: 'failing' };
  if (it.share < 1) return { word: 'Coming back', why: `with ${Math.round(it.share * 100)} % of its capacity`, mood: 'busy' };
  return { word: STATES.up, why: '', mood: 'good' };
}

/** Where an appliance stands, as its operator named it. */
export const whereabouts = (it: NetworkAppliance): string => [it.region, it.site].filter((name) => name !== '').join(', ');

/** When it fetches what was placed on it, by its own clocks. */
export function fillHours({ fill }: NetworkAppliance): string {
  const hour = (at: number): string => `${String(at).padStart(2, '0')}:00`;
  const hours = fill.from === fill.to ? 'all day' : `${hour(fill.from)} to ${hour(fill.to)} ${fill.time_zone}`;
  return `fetches ${hours}${fill.open ? ', now' : ''}`;
}

/** Mood that stands for several appliances: the worst of theirs. */
export function worst(moods: readonly Mood[]): Mood {
  return moods.includes('failing') ? 'failing' : moods.includes('busy') ? 'busy' : 'good';
}

const GRAVITY: Record<Mood, number> = { failing: 0, busy: 1, good: 2 };

/** At most `most` of them, those to look at first: the worst off, then the most loaded, then by name. */
export function foremost(all: readonly NetworkAppliance[], most: number): NetworkAppliance[] {
  const order = (a: NetworkAppliance, b: NetworkAppliance): number =>
    GRAVITY[standing(a).mood] - GRAVITY[standing(b).mood] || b.load - a.load || a.appliance.localeCompare(b.appliance);
  return [...all].sort(order).slice(0, most);
}

/** Appliances that stand so near to one another that one mark on the map is theirs. */
export interface Mark {
  x: number;
  y: number;
  tier: Tier;
  appliances: NetworkAppliance[];
}

/** Brings appliances of one tier within a cell of `size` pixels together; those without a place on the map are left out. */
export function marks(all: readonly NetworkAppliance[], project: (longitude: number, latitude: number) => [number, number] | null, size: number): Mark[] {
  const cells = new Map<string, Mark>();
  for (const it of all) {
    const at = it.location && project(it.location.longitude, it.location.latitude);
    if (!at) continue;
    const key = `${it.tier} ${Math.round(at[0] / size)} ${Math.round(at[1] / size)}`;
    const known = cells.get(key);
    if (known) known.appliances.push(it);
    else cells.set(key, { x: at[0], y: at[1], tier: it.tier, appliances: [it] });
  }
  return [...cells.values()];
}

export const sum = (row: ServedBytes): number => row.hit + row.content + row.health + row.other;

/** The part of the bytes that came from where they belong, in percent with one decimal; nothing when there are none. */
export function hitPercent(row: ServedBytes): string | undefined {
  const all = sum(row);
  if (all === 0) return undefined;
  // Never 100 while anything was missed.
  return `${(Math.floor((row.hit / all) * 1000) / 10).toString()} %`;
}

const HOUR_MS = 3_600_000;

/** One bar an hour, the oldest first and the present hour last, those without bytes among them. */
export function lastHours(rows: readonly (ServedBytes & { at: string })[], nowMs: number, count: number): (ServedBytes & { at: number })[] {
  const now = Math.floor(nowMs / HOUR_MS);
  const known = new Map(rows.map((row) => [Math.floor(Date.parse(row.at) / HOUR_MS), row]));
  return Array.from({ length: count }, (_, index) => {
    const hour = now - count + 1 + index;
    return { hit: 0, content: 0, health: 0, other: 0, ...known.get(hour), at: hour * HOUR_MS };
  });
}

export const CAUSES: readonly { key: 'content' | 'health' | 'other'; name: string; what: string }[] = [
  { key: 'content', name: 'Content', what: 'no box there held the files' },
  { key: 'health', name: 'Health', what: 'those that held them were full or failing' },
  { key: 'other', name: 'Other', what: 'the player went elsewhere by itself' },
];
