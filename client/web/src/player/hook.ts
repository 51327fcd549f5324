// What automated journeys look at on the watch page: the engine and a snapshot of figures, under one global name.
import type { shaka } from './shaka';
import type { Switch } from './switches';

export interface HookStats {
  currentTime: number;
  /** Seconds buffered ahead of the current time. */
  buffered: number;
  decodedFrames: number;
  droppedFrames: number;
  height: number;
  bandwidth: number;
  appliance: string | null;
  /** True while a cue is on screen. */
  subtitleVisible: boolean;
  switches: Switch[];
}

declare global {
  interface Window {
    __marquee?: { player: shaka.Player; stats: () => HookStats };
  }
}

export function installHook(player: shaka.Player, stats: () => HookStats): void {
  window.__marquee = { player, stats };
}

export function removeHook(): void {
  delete window.__marquee;
}
