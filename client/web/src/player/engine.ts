// The media engine behind a small interface of our own: load, qualities, languages, figures. Knows no user interface.
import type { PlaybackSession } from '../api/types';
import { Failover } from './failover';
import { withoutSteering } from './manifest';
import { installFailover, segmentRetry } from './network';
import { bestOf, restrictionsFor, type Quality } from './quality';
import { shaka } from './shaka';
import { reasonFor, renditionName, type Switch } from './switches';

/** Half a minute hides the loss of an appliance; more would waste data when people stop early. */
const BUFFER_S = 30;
/** Switches kept for the diagnostics panel. */
const MAX_SWITCHES = 50;
const MAX_RETRY_WAIT_S = 10;
/** A change this soon after the viewer chose a quality is put down to the choice. */
const CHOICE_MS = 5_000;

export interface Language {
  id: string;
  language: string;
  label: string | null;
  active: boolean;
}

export interface Figures {
  height: number;
  streamBandwidth: number;
  bandwidth: number;
  decodedFrames: number;
  droppedFrames: number;
  codecs: string;
  loadLatencyS: number;
}

export interface EngineEvents {
  onTracks: () => void;
  onBuffering: (buffering: boolean) => void;
  onServed: (appliance: string) => void;
  onSwitch: (change: Switch) => void;
  /** The engine cannot go on. Failing networks are not reported here: it keeps trying. */
  onFatal: (code: number) => void;
  /** True while segments cannot be had from anywhere. */
  onStarving: (starving: boolean) => void;
  renew: () => Promise<void>;
}

export class Engine {
  readonly player: shaka.Player;
  readonly #video: HTMLVideoElement;
  readonly #failover: Failover;
  readonly #events: EngineEvents;
  #quality: Quality = 'auto';
  #chosenAt = Number.NEGATIVE_INFINITY;
  #switches: Switch[] = [];
  #retryWaitS = 0.5;
  #counted = { decoded: 0, dropped: 0 };
  #last: shaka.extern.Track | null = null;

  constructor(video: HTMLVideoElement, stage: HTMLElement, session: PlaybackSession, events: EngineEvents) {
    shaka.polyfill.installAll();
    this.#video = video;
    this.#events = events;
    this.#failover = new Failover(session.appliances);
    this.player = new shaka.Player(null, stage);
    installFailover(this.player, this.#failover, {
      onServed: (id) => {
        this.#retryWaitS = 0.5;
        events.onStarving(false);
        events.onServed(id);
      },
      renew: events.renew,
    });
    this.#listen();
  }

  static supported(): boolean {
    return shaka.Player.isBrowserSupported();
  }

  get switches(): readonly Switch[] {
    return this.#switches;
  }

  async load(session: PlaybackSession, startS: number, options: { bandwidth: number | null; audio: string | null; quality: Quality }): Promise<void> {
    await this.player.attach(this.#video);
    this.player.configure({
      manifest: { retryParameters: { maxAttempts: 4, baseDelay: 300, timeout: 10_000 }, dash: { manifestPreprocessorTXml: withoutSteering } },
      streaming: {
        bufferingGoal: BUFFER_S,
        bufferBehind: BUFFER_S,
        retryParameters: segmentRetry,
        // Renditions are not switched off when a network fails: the same bytes come from the next appliance.
        maxDisabledTime: 0,
        failureCallback: (error: shaka.util.Error) => void this.#onStreamingFailure(error),
      },
      abr: { restrictToElementSize: true, ...(options.bandwidth === null ? {} : { defaultBandwidthEstimate: options.bandwidth }) },
      ...(options.audio === null ? {} : { preferredAudio: [{ language: options.audio }] }),
    });
    this.#applyAbr(options.quality);
    await this.player.load(session.manifests.dash, startS > 0 ? startS : null, 'application/dash+xml');
    this.#apply(options.quality);
    await this.#addSubtitleFiles(session);
    this.#noteSwitch();
    this.#events.onTracks();
  }

  useSession(session: PlaybackSession): void {
    this.#failover.replace(session.appliances);
  }

  setQuality(quality: Quality): void {
    this.#chosenAt = performance.now();
    this.#apply(quality);
  }

  #apply(quality: Quality): void {
    this.#applyAbr(quality);
    const best = quality === 'best' ? bestOf(this.player.getVariantTracks().filter((track) => track.language === (this.#activeVariant()?.language ?? track.language))) : null;
    if (best) this.player.selectVariantTrack(best, false);
  }

  audioLanguages(): Language[] {
    return this.player.getAudioTracks().map((track, index) => ({ id: String(index), language: track.language, label: track.label, active: track.active }));
  }

  selectAudio(id: string): void {
    const track = this.player.getAudioTracks()[Number(id)];
    if (track) this.player.selectAudioTrack(track);
  }

  subtitleLanguages(): Language[] {
    return this.player.getTextTracks().map((track) => ({ id: String(track.id), language: track.language, label: track.label, active: track.active }));
  }

  selectSubtitles(id: string | null): void {
    const track = id === null ? null : this.player.getTextTracks().find((candidate) => String(candidate.id) === id);
    this.player.selectTextTrack(track ?? null);
  }

  figures(): Figures {
    const stats = this.player.getStats();
    return {
      height: whole(stats.height),
      streamBandwidth: whole(stats.streamBandwidth),
      bandwidth: whole(stats.estimatedBandwidth),
      decodedFrames: whole(stats.decodedFrames),
      droppedFrames: whole(stats.droppedFrames),
      codecs: stats.currentCodecs,
      loadLatencyS: stats.loadLatency,
    };
  }

  bufferAheadS(): number {
    const now = this.#video.currentTime;
    const range = this.player.getBufferedInfo().total.find(({ start, end }) => now >= start - 0.1 && now <= end);
    return range ? range.end - now : 0;
  }

  destroy(): Promise<unknown> {
    return this.player.destroy();
  }

  #applyAbr(quality: Quality): void {
    this.#quality = quality;
    this.player.configure({ abr: { enabled: quality !== 'best', restrictions: restrictionsFor(quality) } });
  }

  #activeVariant(): shaka.extern.Track | null {
    return this.player.getVariantTracks().find((track) => track.active) ?? null;
  }

  async #addSubtitleFiles(session: PlaybackSession): Promise<void> {
    const known = new Set(this.player.getTextTracks().map((track) => track.language));
    for (const file of session.subtitles) {
      if (!known.has(file.language)) await this.player.addTextTrackAsync(file.url, file.language, 'subtitles', 'text/vtt', undefined, file.label).catch(() => undefined);
    }
  }

  #listen(): void {
    const { player } = this;
    for (const name of ['trackschanged', 'textchanged', 'audiotrackchanged']) player.addEventListener(name, () => this.#events.onTracks());
    player.addEventListener('buffering', (event) => this.#events.onBuffering((event as unknown as { buffering: boolean }).buffering));
    for (const name of ['adaptation', 'variantchanged']) player.addEventListener(name, () => this.#noteSwitch());
    player.addEventListener('error', (event) => {
      const error = (event as unknown as { detail: shaka.util.Error }).detail;
      const network = error.category === shaka.util.Error.Category.NETWORK;
      if (!network && error.severity === shaka.util.Error.Severity.CRITICAL) this.#events.onFatal(error.code);
    });
  }

  #noteSwitch(): void {
    const from = this.#last;
    const to = this.#activeVariant();
    if (!to || from?.id === to.id) return;
    this.#last = to;
    const { bandwidth, decodedFrames, droppedFrames } = this.figures();
    const decoded = decodedFrames - this.#counted.decoded;
    const droppedShare = decoded > 0 ? (droppedFrames - this.#counted.dropped) / decoded : 0;
    this.#counted = { decoded: decodedFrames, dropped: droppedFrames };
    const viewHeight = this.#video.clientHeight * devicePixelRatio;
    const seen = { bandwidth, bufferS: this.bufferAheadS(), quality: this.#quality, chosen: performance.now() - this.#chosenAt < CHOICE_MS, viewHeight, droppedShare };
    this.#chosenAt = Number.NEGATIVE_INFINITY;
    const change = { at: this.#video.currentTime, from: renditionName(from), to: renditionName(to), reason: reasonFor(from, to, seen) };
    this.#switches = [...this.#switches.slice(1 - MAX_SWITCHES), change];
    this.#events.onSwitch(change);
  }

  /** Every appliance failed for one segment. The viewer watches on from the buffer while we keep asking. */
  async #onStreamingFailure(error: shaka.util.Error): Promise<void> {
    if (error.category !== shaka.util.Error.Category.NETWORK) return;
    error.handled = true;
    this.#events.onStarving(true);
    await this.#events.renew();
    this.player.retryStreaming(this.#retryWaitS);
    this.#retryWaitS = Math.min(MAX_RETRY_WAIT_S, this.#retryWaitS * 2);
  }
}

/** Figures the engine does not know yet arrive as NaN. */
function whole(value: number): number {
  return Number.isFinite(value) ? Math.round(value) : 0;
}
