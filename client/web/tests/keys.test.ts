// Keys of keyboards and remotes, and what they do.
import { describe, expect, it } from 'vitest';
import { fieldKeepsArrow, isBack } from '../src/focus/keys';
import { commandFor } from '../src/player/keyboard';

describe('fields', () => {
  it('keep arrows only while they have a use for them', () => {
    expect(fieldKeepsArrow({ kind: 'text', atStart: false, atEnd: false }, 'left')).toBe(true);
    expect(fieldKeepsArrow({ kind: 'text', atStart: true, atEnd: false }, 'left')).toBe(false);
    expect(fieldKeepsArrow({ kind: 'text', atStart: false, atEnd: true }, 'right')).toBe(false);
    expect(fieldKeepsArrow({ kind: 'text', atStart: false, atEnd: false }, 'down')).toBe(false);
    expect(fieldKeepsArrow({ kind: 'multiline', atStart: false, atEnd: false }, 'down')).toBe(true);
    expect(fieldKeepsArrow({ kind: 'multiline', atStart: false, atEnd: true }, 'down')).toBe(false);
    expect(fieldKeepsArrow({ kind: 'horizontal', atStart: false, atEnd: false }, 'right')).toBe(true);
    expect(fieldKeepsArrow({ kind: 'horizontal', atStart: false, atEnd: false }, 'up')).toBe(false);
    expect(fieldKeepsArrow({ kind: 'none', atStart: false, atEnd: false }, 'up')).toBe(false);
  });
});

describe('back', () => {
  it('is what remotes send anywhere, and Escape only on a television', () => {
    expect(isBack('GoBack', false)).toBe(true);
    expect(isBack('Escape', false)).toBe(false);
    expect(isBack('Escape', true)).toBe(true);
  });
});

describe('player commands', () => {
  it('seek with arrows only while the picture has focus', () => {
    expect(commandFor('ArrowLeft', true)).toEqual({ do: 'skip', seconds: -10 });
    expect(commandFor('ArrowLeft', false)).toBeNull();
  });

  it('leave Enter and Space to a focused button', () => {
    expect(commandFor(' ', true)).toEqual({ do: 'play-pause' });
    expect(commandFor(' ', false)).toBeNull();
    expect(commandFor('k', false)).toEqual({ do: 'play-pause' });
  });

  it('know digits and capitals, and nothing else', () => {
    expect(commandFor('7', true)).toEqual({ do: 'seek-share', share: 0.7 });
    expect(commandFor('M', true)).toEqual({ do: 'mute' });
    expect(commandFor('x', true)).toBeNull();
    expect(commandFor('F5', true)).toBeNull();
  });
});
