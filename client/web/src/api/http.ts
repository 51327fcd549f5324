// One place that talks to the API: the cookie, the CSRF header, JSON, problem documents, and what happens on 401.
import { ApiProblem } from './problem';

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Lets the request outlive the page (limited by browsers to 64 KiB of body). */
  keepalive?: boolean;
}

let onSignedOut: () => void = () => undefined;

/** Registers what to do when the API says that nobody is signed in. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** Headers every state-changing request needs when it authenticates by cookie. */
export const guardHeaders: Readonly<Record<string, string>> = { 'X-Marquee': '1' };

/** Sends a request and returns its JSON. Throws `ApiProblem`; aborts pass through as `AbortError`. */
export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  const response = await send(path, options);
  return (await response.json()) as T;
}

/** Sends a request whose answer has no body. */
export async function tell(path: string, options: Ask = {}): Promise<void> {
  await send(path, options);
}

async function send(path: string, { method = 'GET', body, signal, keepalive = false }: Ask): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...guardHeaders };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      keepalive,
      credentials: 'same-origin',
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiProblem(0, { title: 'the server cannot be reached' });
  }
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (response.status === 401) onSignedOut();
  throw problem;
}

/** Reads a problem document, or makes one from the status when the body is something else. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const body: unknown = await response.json().catch(() => ({}));
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return new ApiProblem(response.status, fields, Number.isFinite(retryAfter) ? retryAfter : undefined);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
