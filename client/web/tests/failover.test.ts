// Which appliance is asked when some of them fail.
import { describe, expect, it } from 'vitest';
import { Failover, FIRST_PENALTY_MS, fileOf, MAX_PENALTY_MS } from '../src/player/failover';

const appliance = (id: string, token = 't1') => ({ id, base_url: `http://${id}:9000/p/${token}/`, tier: 'edge', reason: 'near' });
const three = (token?: string) => ['a', 'b', 'origin'].map((id) => appliance(id, token));

describe('addresses', () => {
  it('give the file behind the token and nothing for other addresses', () => {
    expect(fileOf('http://a:9000/p/tok/abc.mp4?x=1')).toBe('abc.mp4');
    expect(fileOf('http://a:9000/p/tok/sub/abc.vtt')).toBe('sub/abc.vtt');
    expect(fileOf('http://a:9000/playback/v1/sessions/1/manifest.mpd')).toBeNull();
  });

  it('belong to an appliance whatever their token', () => {
    const policy = new Failover(three());
    expect(policy.ownerOf('http://b:9000/p/other/abc.mp4')).toBe('b');
    expect(policy.ownerOf('http://elsewhere/p/other/abc.mp4')).toBeNull();
  });
});

describe('choice', () => {
  it('follows the ranks, or the order steering asks for', () => {
    const policy = new Failover(three());
    expect(policy.choose('f.mp4', 0)).toEqual({ id: 'a', url: 'http://a:9000/p/t1/f.mp4' });
    expect(policy.choose('f.mp4', 0, ['origin', 'b'])?.id).toBe('origin');
  });

  it('leaves a failed appliance at once and returns when its penalty is over', () => {
    const policy = new Failover(three());
    policy.failed('a', 1000);
    expect(policy.choose('f', 1000)?.id).toBe('b');
    expect(policy.choose('f', 999 + FIRST_PENALTY_MS)?.id).toBe('b');
    expect(policy.choose('f', 1000 + FIRST_PENALTY_MS)?.id).toBe('a');
  });

  it('waits longer for every further failure, up to a bound', () => {
    const policy = new Failover(three());
    policy.failed('a', 0);
    policy.failed('a', 0);
    expect(policy.choose('f', FIRST_PENALTY_MS)?.id).toBe('b');
    for (let i = 0; i < 20; i += 1) policy.failed('a', 0);
    expect(policy.choose('f', MAX_PENALTY_MS)?.id).toBe('a');
  });

  it('forgets failures after a success', () => {
    const policy = new Failover(three());
    policy.failed('a', 0);
    policy.failed('a', 0);
    policy.succeeded('a');
    policy.failed('a', 0);
    expect(policy.choose('f', FIRST_PENALTY_MS)?.id).toBe('a');
  });

  it('tries the one that may recover first when all have failed', () => {
    const policy = new Failover(three());
    policy.failed('a', 300);
    policy.failed('b', 100);
    policy.failed('origin', 200);
    expect(policy.choose('f', 301)?.id).toBe('b');
  });

  it('uses fresh tokens after a renewal and keeps what it knows', () => {
    const policy = new Failover(three());
    policy.failed('a', 0);
    policy.replace(three('t2'));
    expect(policy.choose('f.mp4', 1)).toEqual({ id: 'b', url: 'http://b:9000/p/t2/f.mp4' });
  });

  it('has nothing to offer without appliances', () => {
    expect(new Failover([]).choose('f', 0)).toBeNull();
  });
});
