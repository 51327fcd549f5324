// Joins the failover policy to the media engine: every attempt at a segment is sent where the policy says.
import type { Failover } from './failover';
import { fileOf } from './failover';
import { shaka } from './shaka';

/** Enough attempts to try every appliance twice; the picture plays on from the buffer meanwhile. */
const MAX_ATTEMPTS = 6;

/**
 * A dead appliance refuses at once and is left at once, with hardly any pause between attempts. One that hangs is left
 * well within the buffer; not sooner, because on a poor network a good appliance is slow to begin as well, and giving up
 * throws away what had come.
 */
export const segmentRetry = {
  maxAttempts: MAX_ATTEMPTS,
  baseDelay: 150,
  backoffFactor: 1.5,
  fuzzFactor: 0.5,
  timeout: 60_000,
  connectionTimeout: 10_000,
  stallTimeout: 10_000,
};

export interface NetworkReport {
  /** The appliance the last segment came from. */
  onServed: (appliance: string) => void;
  /** Resolves when fresh addresses are in place, or cannot be had for now. */
  renew: () => Promise<void>;
}

interface DownloadFailed extends Event {
  request: shaka.extern.Request;
  error: shaka.util.Error | null;
  httpResponseCode: number;
  aborted: boolean;
}

/** Installs the policy on a player. Call once, before loading. */
export function installFailover(player: shaka.Player, failover: Failover, report: NetworkReport): void {
  const asked = new WeakMap<shaka.extern.Request, string>();
  let refused = false;

  player.getNetworkingEngine()?.registerRequestFilter(async (_type, request) => {
    const file = fileOf(request.uris[0] ?? '');
    if (file === null) return;
    if (refused) {
      refused = false;
      await report.renew();
    }
    const preferred = request.uris.map((uri) => failover.ownerOf(uri)).filter((id) => id !== null);
    const choice = failover.choose(file, performance.now(), [...new Set(preferred)]);
    if (choice === null) return;
    asked.set(request, choice.id);
    // The engine has already picked an index into this list, so every entry becomes the chosen address.
    request.uris = request.uris.map(() => choice.url);
  });

  player.getNetworkingEngine()?.registerResponseFilter((_type, response) => {
    const id = asked.get(response.originalRequest);
    if (id === undefined) return;
    failover.succeeded(id);
    report.onServed(id);
  });

  player.addEventListener('downloadfailed', (event) => {
    const { request, error, httpResponseCode, aborted } = event as unknown as DownloadFailed;
    const id = asked.get(request);
    // A request dropped by a seek or a switch says nothing about the appliance; one cut off by a timer does.
    if (id === undefined || (!aborted && error?.code === shaka.util.Error.Code.OPERATION_ABORTED)) return;
    if (httpResponseCode === 401 || httpResponseCode === 403) refused = true;
    failover.failed(id, performance.now());
  });
}
