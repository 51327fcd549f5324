// A value fetched for a page: loading, there, or failed; asked again on demand and when the network returns.
import { isAbort } from '../api/http';
import { ApiProblem } from '../api/problem';

export class Resource<T> {
  value = $state.raw<T | undefined>(undefined);
  error = $state.raw<unknown>(null);
  loading = $state(true);
  readonly #fetch: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | null = null;
  readonly #onOnline = (): void => {
    if (this.error instanceof ApiProblem && this.error.status === 0) void this.load();
  };

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch;
    addEventListener('online', this.#onOnline);
  }

  /** Asks for the value; a newer call replaces one still running. The old value stays until the new one is there. */
  async load(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    try {
      const value = await this.#fetch(running.signal);
      if (running.signal.aborted) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (isAbort(error) || running.signal.aborted) return;
      this.error = error;
    }
    this.loading = false;
  }

  /** Stops asking. Call when the page goes away. */
  stop(): void {
    this.#running?.abort();
    removeEventListener('online', this.#onOnline);
  }
}
