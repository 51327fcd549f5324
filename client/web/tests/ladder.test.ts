import { describe, expect, it } from 'vitest';
import type { LadderReport } from '../src/api/types';
import { frame, line } from '../src/studio/ladder';

const point = (kbps: number, quality: number) => ({ width: 640, height: 360, crf: 28, kbps, quality });
const report: LadderReport = {
  measure: 'vmaf',
  sampled_frames: 32,
  analysis_cpu_ms: 900,
  points: [point(100, 42), point(1000, 80), point(4000, 97)],
  hull: [point(100, 42), point(4000, 97)],
  rungs: [{ name: '360p', predicted: point(1000, 80) }],
  fixed_kbps: [300, 5800],
};

describe('the ladder as a drawing', () => {
  it('holds everything it draws', () => {
    const within = frame(report);
    for (const kbps of [100, 1000, 4000, 300, 5800]) {
      expect(within.x(kbps)).toBeGreaterThan(0);
      expect(within.x(kbps)).toBeLessThan(1);
    }
    expect(within.qualities).toEqual([40, 60, 80, 100]);
    expect(within.rates).toEqual([100, 200, 500, 1000, 2000, 5000]);
  });

  it('runs from the left bottom to the right top', () => {
    const [first, last] = line(report.hull, frame(report)).split(' ').map((pair) => pair.split(',').map(Number));
    expect(first![0]).toBeLessThan(last![0]!);
    expect(first![1]).toBeGreaterThan(last![1]!);
  });

  it('survives a title with one trial', () => {
    expect(line([point(100, 100)], frame({ ...report, points: [point(100, 100)], rungs: [], fixed_kbps: [] }))).not.toContain('NaN');
  });
});
