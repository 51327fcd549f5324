// Which keys of a keyboard or a remote mean an arrow or Back, and when a field keeps them for itself.
import type { Direction } from './geometry';

const ARROWS: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

export function directionOf(key: string): Direction | null {
  return ARROWS[key] ?? null;
}

/** Remotes send different names for Back. Escape and Backspace count only where no keyboard is expected. */
export function isBack(key: string, onTv: boolean): boolean {
  return key === 'GoBack' || key === 'XF86Back' || (onTv && (key === 'Escape' || key === 'Backspace'));
}

export interface FieldState {
  kind: 'none' | 'text' | 'multiline' | 'horizontal' | 'own-arrows';
  atStart: boolean;
  atEnd: boolean;
}

/** True when the focused field needs the arrow itself: to move its caret, or to change its value. */
export function fieldKeepsArrow(field: FieldState, direction: Direction): boolean {
  if (field.kind === 'none') return false;
  if (field.kind === 'own-arrows') return true;
  if (field.kind === 'horizontal') return direction === 'left' || direction === 'right';
  if (direction === 'left') return !field.atStart;
  if (direction === 'right') return !field.atEnd;
  return field.kind === 'multiline' && !(direction === 'up' ? field.atStart : field.atEnd);
}

/** Describes an element for `fieldKeepsArrow`. */
export function fieldState(element: Element | null): FieldState {
  const none: FieldState = { kind: 'none', atStart: false, atEnd: false };
  if (element instanceof HTMLTextAreaElement) return { kind: 'multiline', ...caret(element) };
  const slider = element?.getAttribute('role') === 'slider' || (element instanceof HTMLInputElement && element.type === 'range');
  if (slider) return { kind: 'horizontal', atStart: false, atEnd: false };
  if (element instanceof HTMLSelectElement) return { kind: 'own-arrows', atStart: false, atEnd: false };
  if (!(element instanceof HTMLInputElement)) return none;
  if (['text', 'search', 'password', 'url', 'tel'].includes(element.type)) return { kind: 'text', ...caret(element) };
  return ['number', 'radio', 'date', 'email'].includes(element.type) ? { kind: 'own-arrows', atStart: false, atEnd: false } : none;
}

function caret(field: HTMLInputElement | HTMLTextAreaElement): { atStart: boolean; atEnd: boolean } {
  const start = field.selectionStart ?? 0;
  const end = field.selectionEnd ?? 0;
  return { atStart: start === 0 && end === 0, atEnd: start === end && end === field.value.length };
}
