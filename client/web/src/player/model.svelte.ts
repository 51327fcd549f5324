// The player as the interface sees it: what is shown, and what can be asked for. One instance per play.
import type { PlaybackSession } from '../api/types';
import { Engine, type Figures, type Language } from './engine';
import { installHook, removeHook, type HookStats } from './hook';
import { keepPreferences, readPreferences } from './preferences';
import type { Quality } from './quality';
import { PlaySession, type Pulse } from './session';
import type { Switch } from './switches';

export interface Span {
  start: number;
  end: number;
}

export type Stage = 'opening' | 'playing' | 'ended' | 'failed';

/** A film this close to its end starts again from the beginning. */
const NEAR_END_S = 5;

export class PlayerModel {
  stage = $state<Stage>('opening');
  error = $state.raw<unknown>(null);
  session = $state.raw<PlaybackSession | null>(null);
  paused = $state(true);
  /** The browser refused to start by itself; the viewer has to ask for it. */
  blocked = $state(false);
  buffering = $state(true);
  starving = $state(false);
  time = $state(0);
  duration = $state(0);
  buffered = $state.raw<Span[]>([]);
  volume = $state(1);
  muted = $state(false);
  rate = $state(1);
  quality = $state<Quality>('auto');
  audio = $state.raw<Language[]>([]);
  subtitles = $state.raw<Language[]>([]);
  subtitlesOn = $state(false);
  appliance = $state<string | null>(null);
  switches = $state.raw<readonly Switch[]>([]);

  readonly #video: HTMLVideoElement;
  readonly #stageElement: HTMLElement;
  #engine: Engine | null = null;
  #life: PlaySession | null = null;
  readonly #listening = new AbortController();

  constructor(video: HTMLVideoElement, stageElement: HTMLElement) {
    this.#video = video;
    this.#stageElement = stageElement;
    const kept = readPreferences();
    this.quality = kept.quality;
    video.volume = kept.volume;
    video.muted = kept.muted;
    this.#listen();
  }

  async open(titleId: string): Promise<void> {
    try {
      if (!Engine.supported()) throw new UnsupportedBrowser();
      const session = await PlaySession.open(titleId, this.#listening.signal);
      if (this.#listening.signal.aborted) return;
      this.session = session;
      this.duration = session.duration_ms / 1000;
      this.#life = new PlaySession(session, () => this.#pulse(), { onRenewed: (fresh) => this.#onRenewed(fresh), onLost: (error) => this.#fail(error) });
      await this.#load(session);
    } catch (error) {
      if (!this.#listening.signal.aborted) this.#fail(error);
    }
  }

  playPause(): void {
    if (this.#video.paused) void this.play();
    else this.#video.pause();
  }

  async play(): Promise<void> {
    try {
      await this.#video.play();
      this.blocked = false;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.blocked = true;
    }
  }

  seek(seconds: number): void {
    const to = Math.max(0, Math.min(this.duration, seconds));
    this.#video.currentTime = to;
    this.time = to;
    if (this.stage === 'ended') {
      this.stage = 'playing';
      void this.play();
    }
  }

  skip(seconds: number): void {
    this.seek(this.time + seconds);
  }

  setVolume(volume: number): void {
    this.#video.volume = Math.max(0, Math.min(1, volume));
    this.#video.muted = volume <= 0;
  }

  toggleMute(): void {
    this.#video.muted = !this.#video.muted;
  }

  setRate(rate: number): void {
    this.#video.playbackRate = rate;
  }

  setQuality(quality: Quality): void {
    this.quality = quality;
    keepPreferences({ quality });
    this.#engine?.setQuality(quality);
  }

  selectAudio(id: string): void {
    this.#engine?.selectAudio(id);
    keepPreferences({ audio: this.audio.find((language) => language.id === id)?.language ?? null });
  }

  selectSubtitles(id: string | null): void {
    this.#engine?.selectSubtitles(id);
    keepPreferences({ subtitles: this.subtitles.find((language) => language.id === id)?.language ?? null });
    this.#readTracks();
  }

  toggleSubtitles(): void {
    const wanted = this.subtitles.find((language) => language.language === readPreferences().subtitles) ?? this.subtitles[0];
    if (this.subtitlesOn) this.selectSubtitles(null);
    else if (wanted) this.selectSubtitles(wanted.id);
  }

  figures(): (Figures & { bufferS: number }) | null {
    return this.#engine ? { ...this.#engine.figures(), bufferS: this.#engine.bufferAheadS() } : null;
  }

  /** Leaves a bookmark, frees the screen and lets the engine go. */
  close(): void {
    if (this.#listening.signal.aborted) return;
    this.#life?.close();
    this.#listening.abort();
    removeHook();
    void this.#engine?.destroy();
  }

  async #load(session: PlaybackSession): Promise<void> {
    const kept = readPreferences();
    const engine = new Engine(this.#video, this.#stageElement, session, {
      onTracks: () => this.#readTracks(),
      onBuffering: (buffering) => (this.buffering = buffering),
      onServed: (appliance) => (this.appliance = appliance),
      onSwitch: () => (this.switches = [...engine.switches]),
      onFatal: (code) => this.#fail(new EngineFailure(code)),
      onStarving: (starving) => (this.starving = starving),
      renew: async () => this.#life?.renew(),
    });
    this.#engine = engine;
    installHook(engine.player, () => this.#stats());
    const bookmark = (session.bookmark_ms ?? 0) / 1000;
    await engine.load(session, bookmark > this.duration - NEAR_END_S ? 0 : bookmark, { bandwidth: kept.bandwidth, audio: kept.audio, quality: kept.quality });
    if (this.#listening.signal.aborted) return;
    this.stage = 'playing';
    this.#readTracks();
    const wanted = kept.subtitles === null ? undefined : this.subtitles.find((language) => language.language === kept.subtitles);
    engine.selectSubtitles(wanted?.id ?? null);
    await this.play();
  }

  #onRenewed(fresh: PlaybackSession): void {
    this.session = fresh;
    this.#engine?.useSession(fresh);
  }

  #fail(error: unknown): void {
    this.error = error;
    this.stage = 'failed';
    this.#video.pause();
  }

  #readTracks(): void {
    if (!this.#engine) return;
    this.audio = this.#engine.audioLanguages();
    this.subtitles = this.#engine.subtitleLanguages();
    this.subtitlesOn = this.subtitles.some((language) => language.active);
  }

  #pulse(): Pulse {
    return { positionS: this.#video.currentTime, durationS: this.duration, state: this.paused ? 'paused' : this.buffering ? 'buffering' : 'playing', appliance: this.appliance };
  }

  #stats(): HookStats {
    const figures = this.figures();
    const cue = this.#stageElement.querySelector('.shaka-text-container');
    return {
      currentTime: this.#video.currentTime,
      buffered: figures?.bufferS ?? 0,
      decodedFrames: figures?.decodedFrames ?? 0,
      droppedFrames: figures?.droppedFrames ?? 0,
      height: figures?.height ?? 0,
      bandwidth: figures?.bandwidth ?? 0,
      appliance: this.appliance,
      subtitleVisible: (cue?.textContent ?? '').trim() !== '',
      switches: [...this.switches],
    };
  }

  #listen(): void {
    const video = this.#video;
    const on = (names: string, action: () => void): void => {
      for (const name of names.split(' ')) video.addEventListener(name, action, { signal: this.#listening.signal });
    };
    on('play pause', () => (this.paused = video.paused));
    on('timeupdate seeked', () => (this.time = video.currentTime));
    on('durationchange', () => Number.isFinite(video.duration) && (this.duration = video.duration));
    on('progress timeupdate seeked', () => (this.buffered = spans(video.buffered)));
    on('ratechange', () => (this.rate = video.playbackRate || this.rate));
    on('ended', () => this.#onEnded());
    const volume = (): void => {
      this.volume = video.volume;
      this.muted = video.muted;
      keepPreferences({ volume: video.volume, muted: video.muted });
    };
    on('volumechange', volume);
    volume();
    on('pause ended', () => keepPreferences({ bandwidth: this.figures()?.bandwidth || null }));
  }

  #onEnded(): void {
    this.stage = 'ended';
    void this.#life?.beat();
  }
}

/** The media engine gave up with one of its numeric codes. */
export class EngineFailure extends Error {
  constructor(readonly code: number) {
    super(`the media engine stopped with code ${code}`);
  }
}

export class UnsupportedBrowser extends Error {}

function spans(ranges: TimeRanges): Span[] {
  return Array.from({ length: ranges.length }, (_, index) => ({ start: ranges.start(index), end: ranges.end(index) }));
}
