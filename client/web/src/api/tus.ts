// A small tus 1.0 client: create, ask how far, send the rest in chunks, and go on after any interruption.
import { guardHeaders, isAbort, readProblem } from './http';
import { ApiProblem } from './problem';

/** Large enough that a request costs little beside its data, small enough that a lost chunk is no loss. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** A file whose upload makes no progress for this many tries in a row is given up. */
export const MAX_TRIES = 8;
const MAX_WAIT_MS = 15_000;
const CREATE_PATH = '/studio/v1/uploads';
const tusHeaders = { ...guardHeaders, 'Tus-Resumable': '1.0.0' };

export interface UploadOptions {
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal;
  /** Where an interrupted upload of the same file was left, if anywhere. */
  resumeUrl: string | null;
  /** Called once the server has given the upload an address, so that it can be remembered. */
  onCreated: (url: string) => void;
}

/** Sends a file and returns the identifier the server gave its upload. */
export async function upload(file: File, options: UploadOptions): Promise<string> {
  const resumed = options.resumeUrl === null ? null : await offsetOf(options.resumeUrl, options.signal).catch(() => null);
  const url = resumed === null || options.resumeUrl === null ? await create(file, options.signal) : options.resumeUrl;
  if (resumed === null) options.onCreated(url);
  await sendAll(file, url, resumed ?? 0, options);
  return uploadId(url);
}

/** The last path segment of an upload's address. */
export function uploadId(url: string): string {
  return new URL(url, 'http://localhost').pathname.replace(/\/+$/, '').split('/').pop() ?? '';
}

/** Wait before the nth retry: doubling from half a second up to a bound. */
export function retryWaitMs(attempt: number): number {
  return Math.min(MAX_WAIT_MS, 500 * 2 ** Math.max(0, attempt - 1));
}

/** The `Upload-Metadata` value for a file name, which may hold any character. */
export function metadata(fileName: string): string {
  const utf8 = new TextEncoder().encode(fileName);
  return `filename ${btoa(String.fromCharCode(...utf8))}`;
}

async function create(file: File, signal: AbortSignal): Promise<string> {
  const response = await request(CREATE_PATH, signal, {
    method: 'POST',
    headers: { ...tusHeaders, 'Upload-Length': String(file.size), 'Upload-Metadata': metadata(file.name) },
  });
  const location = response.headers.get('Location');
  if (location === null) throw new ApiProblem(502, { detail: 'the server gave the upload no address; try again' });
  return new URL(location, new URL(CREATE_PATH, document.baseURI)).href;
}

async function offsetOf(url: string, signal: AbortSignal): Promise<number> {
  return readOffset(await request(url, signal, { method: 'HEAD', headers: tusHeaders }));
}

async function sendAll(file: File, url: string, from: number, { signal, onProgress }: UploadOptions): Promise<void> {
  let offset = from;
  let failures = 0;
  onProgress(offset);
  while (offset < file.size) {
    try {
      if (failures > 0) offset = await offsetOf(url, signal);
      if (offset >= file.size) break;
      offset = await sendChunk(file, url, offset, signal);
      failures = 0;
      onProgress(offset);
    } catch (error) {
      failures += 1;
      if (!retryable(error) || failures >= MAX_TRIES) throw error;
      await pause(retryWaitMs(failures), signal);
    }
  }
  onProgress(file.size);
}

async function sendChunk(file: File, url: string, offset: number, signal: AbortSignal): Promise<number> {
  const response = await request(url, signal, {
    method: 'PATCH',
    headers: { ...tusHeaders, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
    body: file.slice(offset, offset + CHUNK_BYTES),
  });
  return readOffset(response);
}

function readOffset(response: Response): number {
  const offset = Number(response.headers.get('Upload-Offset') ?? Number.NaN);
  if (!Number.isSafeInteger(offset) || offset < 0) throw new ApiProblem(502, { detail: 'the server lost count of the upload; try again' });
  return offset;
}

/** A conflict means the offset is stale: asking how far we are heals it, like a lost connection. */
function retryable(error: unknown): boolean {
  return error instanceof ApiProblem && (error.passing || error.status === 409 || error.status === 423);
}

async function request(url: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal, credentials: 'same-origin' });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiProblem(0, { detail: 'the connection was lost' });
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('stopped', 'AbortError'));
    }, { once: true });
  });
}
