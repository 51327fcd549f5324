// Turns quantities into short figures with their unit.

/** Bytes in decimal units: `812 kB`, `3.4 GB`. */
export function bytes(n: number): string {
  return scaled(n, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** Bits per second in decimal units: `4.2 Mb/s`. */
export function bitrate(bitsPerSecond: number): string {
  return scaled(bitsPerSecond, ['b/s', 'kb/s', 'Mb/s', 'Gb/s']);
}

/** A share of a whole in percent, never above 100 and never 100 before the whole is reached. */
export function percent(done: number, total: number): number {
  if (!(total > 0) || !(done > 0)) return 0;
  return done >= total ? 100 : Math.min(99, Math.floor((done / total) * 100));
}

/** A rate with at most three significant figures: `24.1`, `310`. */
export function figure(n: number): string {
  if (!Number.isFinite(n)) return '0';
  return n >= 100 ? String(Math.round(n)) : String(Number(n.toPrecision(2 + (n >= 10 ? 1 : 0))));
}

function scaled(n: number, units: readonly string[]): string {
  let value = Number.isFinite(n) ? Math.max(0, n) : 0;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const text = step === 0 || value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1)));
  return `${text} ${units[step] ?? ''}`;
}
