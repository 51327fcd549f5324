// Files on their way to the studio. They outlive the page that started them, and a reload finds them half-way again.
import { isAbort } from '../api/http';
import { explain } from '../api/problem';
import { upload } from '../api/tus';

export type UploadState = 'sending' | 'done' | 'failed';

const KEY_PREFIX = 'marquee-upload:';

export class Upload {
  readonly file: File;
  sent = $state(0);
  state = $state<UploadState>('sending');
  trouble = $state('');
  /** The server's identifier, once everything has arrived. */
  id = $state<string | null>(null);
  bytesPerS = $state(0);
  #stop = new AbortController();
  #since = 0;
  #from = 0;

  constructor(file: File) {
    this.file = file;
    addEventListener('online', this.#onOnline);
  }

  /** Sends the file, or goes on where an earlier attempt stopped. */
  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.state = 'sending';
    this.trouble = '';
    this.#since = 0;
    const key = memoryKey(this.file);
    try {
      this.id = await upload(this.file, {
        signal: this.#stop.signal,
        resumeUrl: recall(key),
        onCreated: (url) => keep(key, url),
        onProgress: (sent) => this.#progress(sent),
      });
      this.state = 'done';
      forget(key);
    } catch (error) {
      if (isAbort(error)) return;
      this.state = 'failed';
      this.trouble = `${explain(error).text} What arrived is kept.`;
    }
  }

  get etaS(): number | null {
    return this.bytesPerS > 0 ? (this.file.size - this.sent) / this.bytesPerS : null;
  }

  stop(): void {
    this.#stop.abort();
    removeEventListener('online', this.#onOnline);
  }

  readonly #onOnline = (): void => {
    if (this.state === 'failed') void this.start();
  };

  #progress(sent: number): void {
    const now = performance.now();
    if (this.#since === 0) {
      this.#since = now;
      this.#from = sent;
    }
    const elapsedS = (now - this.#since) / 1000;
    if (elapsedS > 0.2) this.bytesPerS = (sent - this.#from) / elapsedS;
    this.sent = sent;
  }
}

/** The same file is recognised by what the browser tells without reading it. */
function memoryKey(file: File): string {
  return `${KEY_PREFIX}${file.size}:${file.lastModified}:${file.name}`;
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, url: string): void {
  try {
    localStorage.setItem(key, url);
  } catch {
    // Without storage a reload starts again; the upload itself is not affected.
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}
