import { describe, expect, it } from 'vitest';
import type { NetworkAppliance } from '../src/api/types';
import { fillHours, foremost, hitPercent, lastHours, marks, standing, whereabouts, worst } from '../src/network/network';

const appliance = (changes: Partial<NetworkAppliance> = {}): NetworkAppliance => ({
  appliance: 'edge-1',
  state: 'up',
  faults: [],
  share: 1,
  heard_s_ago: 1,
  sending_mbps: 0,
  load: 0,
  placed: { wanted: 0, held: 0 },
  base_url: 'http://127.0.0.1:8401/',
  tier: 'isp',
  site: '',
  region: '',
  fill: { from: 2, to: 6, time_zone: 'UTC', rate_mbps: 500, open: false },
  capacity_mbps: 1000,
  cached_bytes: 0,
  cache_bytes: 1,
  in_flight: 0,
  ...changes,
});

describe('how an appliance fares', () => {
  it('says why it is ranked last, and how much a returning one is trusted with', () => {
    expect(standing(appliance())).toEqual({ word: 'Up', why: '', mood: 'good' });
    const ill = appliance({ state: 'suspected', faults: ['disk', 'players'], share: 0.1 });
    expect(standing(ill)).toEqual({ word: 'Ranked last', why: 'its disk fails, players failed on it', mood: 'failing' });
    expect(standing(appliance({ share: 0.35 })).why).toBe('with 35 % of its capacity');
    expect(standing(appliance({ state: 'silent', heard_s_ago: 61.4 })).why).toBe('no report for 61 s');
  });

  it('is for several what it is for the worst', () => {
    expect(worst([])).toBe('good');
    expect(worst(['good', 'busy'])).toBe('busy');
    expect(worst(['good', 'failing', 'busy'])).toBe('failing');
  });
});

describe('where an appliance is and when it is filled', () => {
  it('is told in its own words and by its own clocks', () => {
    expect([whereabouts(appliance()), whereabouts(appliance({ site: 'hall', region: 'south' }))]).toEqual(['', 'south, hall']);
    const fill = { from: 2, to: 6, time_zone: 'Europe/Berlin', rate_mbps: 500, open: true };
    expect(fillHours(appliance({ fill }))).toBe('fetches 02:00 to 06:00 Europe/Berlin, now');
    expect(fillHours(appliance({ fill: { ...fill, from: 0, to: 0, open: false } }))).toBe('fetches all day');
  });
});

describe('whom to look at first', () => {
  it('is the worst off, then the most loaded', () => {
    const all = [appliance({ appliance: 'idle' }), appliance({ appliance: 'busy', load: 0.9 }), appliance({ appliance: 'gone', state: 'silent' }), appliance({ appliance: 'back', share: 0.5 })];
    expect(foremost(all, 3).map((it) => it.appliance)).toEqual(['gone', 'back', 'busy']);
  });
});

describe('marks on the map', () => {
  const at = (name: string, latitude: number, longitude: number, tier: NetworkAppliance['tier'] = 'isp') => appliance({ appliance: name, tier, location: { latitude, longitude } });
  const flat = (longitude: number, latitude: number): [number, number] | null => (latitude > 89 ? null : [longitude, latitude]);

  it('brings neighbours of one tier together and leaves out who has no place', () => {
    const all = [at('a', 10, 10), at('b', 11, 11), at('c', 10, 10, 'exchange'), at('far', 60, 60), at('pole', 90, 0), appliance({ appliance: 'nowhere' })];
    const found = marks(all, flat, 20).map((mark) => mark.appliances.map((it) => it.appliance));
    expect(found).toEqual([['a', 'b'], ['c'], ['far']]);
  });
});

describe('bars of the last hours', () => {
  it('end with the present one and have a place for those without bytes', () => {
    const row = { hit: 5, content: 0, health: 0, other: 0 };
    const found = lastHours([{ ...row, at: '2026-11-27T20:00:00Z' }], Date.parse('2026-11-27T21:59:00Z'), 3);
    expect(found.map((bar) => [new Date(bar.at).getUTCHours(), bar.hit])).toEqual([[19, 0], [20, 5], [21, 0]]);
  });
});

describe('the part that came from where it belongs', () => {
  it('is never all of it while anything was missed', () => {
    expect(hitPercent({ hit: 0, content: 0, health: 0, other: 0 })).toBeUndefined();
    expect(hitPercent({ hit: 9, content: 0, health: 0, other: 0 })).toBe('100 %');
    expect(hitPercent({ hit: 999_999, content: 1, health: 0, other: 0 })).toBe('99.9 %');
  });
});
