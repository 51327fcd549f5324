// A title's ladder as a drawing: rates on a logarithmic axis, quality upwards.
import type { LadderPoint, LadderReport } from '../api/types';

export interface Frame {
  /** Where a rate stands, 0 to 1 from the left. */
  x(kbps: number): number;
  /** Where a quality stands, 0 to 1 from the top. */
  y(quality: number): number;
  /** Round rates within the frame. */
  rates: number[];
  /** Round qualities within the frame. */
  qualities: number[];
}

const ROUND_RATES = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const QUALITY_STEP = 20;

/** The frame that holds every trial, every rung and what the fixed ladder would spend. */
export function frame(report: LadderReport): Frame {
  const rates = [...[...report.points, ...finished(report)].map((point) => point.kbps), ...report.rungs.map((rung) => rung.predicted.kbps), ...report.fixed_kbps].filter((kbps) => kbps > 0);
  const qualities = [...report.points, ...finished(report)].map((point) => point.quality);
  const low = Math.log(Math.min(...rates) / 1.1);
  const high = Math.log(Math.max(...rates) * 1.1);
  const least = Math.max(0, Math.floor(Math.min(...qualities, 100) / QUALITY_STEP) * QUALITY_STEP);
  const x = (kbps: number): number => (Math.log(kbps) - low) / (high - low);
  return {
    x,
    y: (quality) => (100 - quality) / (100 - least || 1),
    rates: ROUND_RATES.filter((kbps) => x(kbps) >= 0 && x(kbps) <= 1),
    qualities: Array.from({ length: (100 - least) / QUALITY_STEP + 1 }, (_, step) => least + step * QUALITY_STEP),
  };
}

/** What the rungs came to, those that were scored. */
export function finished(report: LadderReport): LadderPoint[] {
  return report.rungs.flatMap(({ predicted, measured_kbps: kbps, measured_quality: quality }) =>
    kbps === undefined || quality === undefined ? [] : [{ ...predicted, kbps, quality }]);
}

/** How far quality was from what was expected, in points, on average; nothing before rungs are scored. */
export function meanError(report: LadderReport): number | undefined {
  const errors = report.rungs.flatMap((rung) => (rung.measured_quality === undefined ? [] : [Math.abs(rung.measured_quality - rung.predicted.quality)]));
  return errors.length === 0 ? undefined : errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** A line through points, in hundredths of the frame. */
export function line(points: LadderPoint[], within: Frame): string {
  return points.map((point) => `${(within.x(point.kbps) * 100).toFixed(2)},${(within.y(point.quality) * 100).toFixed(2)}`).join(' ');
}
