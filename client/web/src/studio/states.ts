// Words and colours for the states of a title in the studio.
import type { Step, StudioState, TitleStatus } from '../api/types';
import { figure, percent } from '../text/numbers';
import { length } from '../text/time';

export const STATE_WORDS: Record<StudioState, { name: string; tone: 'good' | 'busy' | 'quiet' | 'failing' }> = {
  queued: { name: 'Waiting', tone: 'quiet' },
  running: { name: 'Being prepared', tone: 'busy' },
  published: { name: 'Published', tone: 'good' },
  unpublished: { name: 'Not published', tone: 'quiet' },
  failed: { name: 'Failed', tone: 'failing' },
};

/** True while the title changes by itself, so that the page keeps asking. */
export function inMotion(title: TitleStatus): boolean {
  return title.state === 'queued' || title.state === 'running';
}

/** The whole line of steps as one percentage, every step counting the same. */
export function overall(steps: readonly Step[]): number {
  if (steps.length === 0) return 0;
  const sum = steps.reduce((done, step) => done + (step.state === 'done' ? 100 : step.state === 'waiting' ? 0 : percent(step.done, step.total)), 0);
  return Math.floor(sum / steps.length);
}

/** How far a step is, in figures with their units, one to a line: `42 of 120 shots`, `3.1 shots/s`, `25 s left`. */
export function stepFigures(step: Step): string[] {
  const parts: string[] = [];
  if (step.total > 0 && step.state === 'done') parts.push(`${figure(step.total)} ${step.total === 1 ? step.unit.replace(/s$/, '') : step.unit}`);
  else if (step.total > 0 && step.state !== 'waiting') parts.push(`${figure(step.done)} of ${figure(step.total)} ${step.unit}`);
  if (step.state === 'running' && step.rate_per_s) parts.push(`${figure(step.rate_per_s)} ${step.unit}/s`);
  if (step.state === 'running' && typeof step.eta_s === 'number') parts.push(`${length(Math.max(1, step.eta_s) * 1000)} left`);
  return parts;
}
