// The life of one play: opened, kept alive, renewed before its tokens end, revived when the server forgot it, closed.
import * as api from '../api/playback';
import { ApiProblem } from '../api/problem';
import type { PlaybackSession, PlayState } from '../api/types';
import { deviceKind } from '../state/mode';

export const HEARTBEAT_MS = 10_000;
/** Two renewals closer together than this would mean that fresh tokens are refused too; asking faster cannot help. */
const MIN_RENEW_GAP_MS = 3_000;

export interface Pulse {
  positionS: number;
  durationS: number;
  state: PlayState;
  appliance: string | null;
}

export interface SessionEvents {
  /** Fresh addresses arrived. */
  onRenewed: (session: PlaybackSession) => void;
  /** The play may not go on, for instance because another screen took the place. */
  onLost: (error: unknown) => void;
}

export class PlaySession {
  #session: PlaybackSession;
  readonly #events: SessionEvents;
  readonly #pulse: () => Pulse;
  #renewing: Promise<void> | null = null;
  #renewedAt = 0;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #closed = false;
  readonly #onHide = (): void => this.close();

  constructor(session: PlaybackSession, pulse: () => Pulse, events: SessionEvents) {
    this.#session = session;
    this.#pulse = pulse;
    this.#events = events;
    this.#beat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    this.#planRenewal();
    addEventListener('pagehide', this.#onHide);
  }

  static open(titleId: string, signal?: AbortSignal): Promise<PlaybackSession> {
    return api.createSession(titleId, deviceKind(), signal);
  }

  get current(): PlaybackSession {
    return this.#session;
  }

  /** Tells the server that the play goes on and where it stands. */
  async beat(): Promise<void> {
    if (this.#closed) return;
    const { positionS, state, appliance } = this.#pulse();
    try {
      await api.heartbeat(this.#session.session_id, positionS * 1000, state, appliance);
    } catch (error) {
      if (isOver(error)) await this.renew();
      else if (isTaken(error)) this.#events.onLost(error);
    }
  }

  /** Fetches fresh addresses. Callers at the same time share one request. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  /** Ends the play and leaves a bookmark. Safe to call as the page goes away. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#beat);
    clearTimeout(this.#renewTimer);
    removeEventListener('pagehide', this.#onHide);
    const { positionS, durationS } = this.#pulse();
    const ignore = (): undefined => undefined;
    if (positionS > 0 && durationS > 0) void api.saveBookmark(this.#session.title_id, positionS * 1000, durationS * 1000).catch(ignore);
    void api.endSession(this.#session.session_id).catch(ignore);
  }

  async #renewOnce(): Promise<void> {
    if (this.#closed || performance.now() - this.#renewedAt < MIN_RENEW_GAP_MS) return;
    try {
      const fresh = await this.#freshSession();
      if (this.#closed) {
        void api.endSession(fresh.session_id).catch(() => undefined);
        return;
      }
      this.#session = fresh;
      this.#renewedAt = performance.now();
      this.#events.onRenewed(fresh);
    } catch (error) {
      if (isTaken(error) || (error instanceof ApiProblem && !error.passing)) this.#events.onLost(error);
    }
    this.#planRenewal();
  }

  /** A session the server no longer knows, after a long sleep for instance, is replaced by a new one. */
  async #freshSession(): Promise<PlaybackSession> {
    try {
      return await api.renewSession(this.#session.session_id);
    } catch (error) {
      if (!isOver(error)) throw error;
      return api.createSession(this.#session.title_id, deviceKind());
    }
  }

  #planRenewal(): void {
    clearTimeout(this.#renewTimer);
    if (this.#closed) return;
    const afterMs = Math.max(MIN_RENEW_GAP_MS, this.#session.renew_after_s * 1000);
    this.#renewTimer = setTimeout(() => void this.renew(), afterMs);
  }
}

function isOver(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 404 || error.status === 410);
}

/** Another screen took this play's place. */
function isTaken(error: unknown): boolean {
  return error instanceof ApiProblem && error.reason === 'too-many-streams';
}
