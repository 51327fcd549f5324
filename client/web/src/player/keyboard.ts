// What each key does in the player, as data: the shortcut sheet is drawn from the same table. Pure.

export type Command =
  | { do: 'play-pause' | 'mute' | 'full-screen' | 'subtitles' | 'help' | 'diagnostics' }
  | { do: 'skip'; seconds: number }
  | { do: 'seek-share'; share: number };

export const SKIP_S = 10;

export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: 'Space or K', does: 'Play or pause' },
  { keys: '← or J', does: `Back ${SKIP_S} s` },
  { keys: '→ or L', does: `Forward ${SKIP_S} s` },
  { keys: '0 to 9', does: 'Jump to 0 % to 90 %' },
  { keys: '↑ or ↓', does: 'Show the controls' },
  { keys: 'C', does: 'Subtitles on or off' },
  { keys: 'M', does: 'Sound on or off' },
  { keys: 'F', does: 'Full screen' },
  { keys: 'D', does: 'Diagnostics' },
  { keys: '?', does: 'This list' },
];

/** The command behind a key. `onStage` is true while no control has focus, when arrows seek instead of moving focus. */
export function commandFor(key: string, onStage: boolean): Command | null {
  if (/^[0-9]$/.test(key)) return { do: 'seek-share', share: Number(key) / 10 };
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case 'k':
    case 'MediaPlayPause':
      return { do: 'play-pause' };
    case ' ':
    case 'Enter':
      return onStage ? { do: 'play-pause' } : null;
    case 'j':
    case 'MediaRewind':
      return { do: 'skip', seconds: -SKIP_S };
    case 'l':
    case 'MediaFastForward':
      return { do: 'skip', seconds: SKIP_S };
    case 'ArrowLeft':
      return onStage ? { do: 'skip', seconds: -SKIP_S } : null;
    case 'ArrowRight':
      return onStage ? { do: 'skip', seconds: SKIP_S } : null;
    case 'f':
      return { do: 'full-screen' };
    case 'm':
      return { do: 'mute' };
    case 'c':
      return { do: 'subtitles' };
    case 'd':
      return { do: 'diagnostics' };
    case '?':
      return { do: 'help' };
    default:
      return null;
  }
}
