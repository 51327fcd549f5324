import { describe, expect, it } from 'vitest';
import type { LadderReport } from '../src/api/types';
import { finished, frame, line, meanError } from '../src/studio/ladder';

const point = (kbps: number, quality: number) => ({ width: 640, height: 360, crf: 28, kbps, quality });
const report: LadderReport = {
  measure: 'vmaf',
  sampled_frames: 32,
  analysis_cpu_ms: 900,
  points: [point(100, 42), point(1000, 80), point(4000, 97)],
  hull: [point(100, 42), point(4000, 97)],
  rungs: [{ name: '360p', predicted: point(1000, 80) }],
  fixed_kbps: [300, 5800],
  measured_frames: 0,
  measured_cpu_ms: 0,
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

  it('tells what came of the rungs from what was expected of them', () => {
    const [rung] = report.rungs;
    const done = { ...report, rungs: [{ ...rung!, measured_kbps: 1200, measured_quality: 78 }, { ...rung!, measured_kbps: 900 }] };
    expect(finished(done)).toEqual([{ ...point(1200, 78) }]);
    expect(meanError(done)).toBe(2);
    expect(meanError(report)).toBeUndefined();
    expect(frame({ ...done, points: [point(1100, 80)], fixed_kbps: [] }).x(1200)).toBeLessThan(1);
  });

  it('survives a title with one trial', () => {
    expect(line([point(100, 100)], frame({ ...report, points: [point(100, 100)], rungs: [], fixed_kbps: [] }))).not.toContain('NaN');
  });
});
