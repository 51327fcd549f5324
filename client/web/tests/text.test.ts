// Figures and words as people read them.
import { describe, expect, it } from 'vitest';
import { bitrate, bytes, figure, percent } from '../src/text/numbers';
import { ago, clock, length, spoken } from '../src/text/time';

describe('time', () => {
  it('as a clock', () => {
    expect([0, 7.9, 725, 3729].map(clock)).toEqual(['0:00', '0:07', '12:05', '1:02:09']);
    expect([Number.NaN, -1, Number.POSITIVE_INFINITY].map(clock)).toEqual(['0:00', '0:00', '0:00']);
  });

  it('as a length with units', () => {
    expect([0, 26_000, 240_000, 5_520_000, 7_200_000].map(length)).toEqual(['0 s', '26 s', '4 min', '1 h 32 min', '2 h']);
  });

  it('as speech', () => {
    expect(spoken(3729)).toBe('1 hour 2 minutes 9 seconds');
    expect(spoken(0)).toBe('0 seconds');
  });

  it('as distance from now', () => {
    const now = 1_000_000_000_000;
    expect([10_000, 300_000, 7_200_000, 90_000_000, 200_000_000].map((past) => ago(now - past, now))).toEqual(['just now', '5 min ago', '2 h ago', '1 day ago', '2 days ago']);
    expect(ago(Number.NaN, now)).toBe('just now');
  });
});

describe('numbers', () => {
  it('carry their unit', () => {
    expect([0, 812_000, 3_400_000_000].map(bytes)).toEqual(['0 B', '812 kB', '3.4 GB']);
    expect(bitrate(4_230_000)).toBe('4.2 Mb/s');
  });

  it('never claim the whole too early', () => {
    expect(percent(999, 1000)).toBe(99);
    expect(percent(1000, 1000)).toBe(100);
    expect(percent(5, 0)).toBe(0);
  });

  it('are short', () => {
    expect([310.2, 24.13, 3.14159, 0].map(figure)).toEqual(['310', '24.1', '3.1', '0']);
  });
});
