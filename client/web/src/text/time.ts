// Turns durations into the words and clock figures people read. Pure: no clock, no locale lookup.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A position as a clock: `0:07`, `12:05`, `1:02:09`. Negative and unknown input reads as `0:00`. */
export function clock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** A length in words: `26 s`, `4 min`, `1 h 32 min`. Units are always shown. */
export function length(ms: number): string {
  if (!Number.isFinite(ms) || ms <= 0) return '0 s';
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A position read aloud by a screen reader: `1 hour 2 minutes 9 seconds`. */
export function spoken(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const parts: string[] = [];
  const say = (n: number, unit: string): void => {
    if (n > 0) parts.push(`${n} ${unit}${n === 1 ? '' : 's'}`);
  };
  say(Math.floor(whole / 3600), 'hour');
  say(Math.floor((whole % 3600) / 60), 'minute');
  say(whole % 60, 'second');
  return parts.length > 0 ? parts.join(' ') : '0 seconds';
}

/** Time since an instant, coarse: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(thenMs: number, nowMs: number): string {
  const past = nowMs - thenMs;
  if (!Number.isFinite(past) || past < MINUTE) return 'just now';
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min ago`;
  if (past < 24 * HOUR) return `${Math.floor(past / HOUR)} h ago`;
  const days = Math.floor(past / (24 * HOUR));
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
