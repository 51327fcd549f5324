// What an owner does to titles: list, follow, publish, withdraw, retry, remove, and register an uploaded file.
import { ask, tell } from './http';
import { ApiProblem } from './problem';
import type { Inspection, LadderReport, NewTitle, Tiles, Timeline, TitleStatus } from './types';

const titlePath = (id: string): string => `/studio/v1/titles/${encodeURIComponent(id)}`;

export async function titles(signal?: AbortSignal, find = ''): Promise<TitleStatus[]> {
  const query = find.trim() === '' ? '' : `?find=${encodeURIComponent(find.trim())}`;
  return (await ask<{ titles: TitleStatus[] }>(`/studio/v1/titles${query}`, { signal })).titles;
}

/** What is known of a title's master; nothing before it was inspected. */
export async function inspection(id: string, signal?: AbortSignal): Promise<Inspection | null> {
  try {
    return await ask<Inspection>(`${titlePath(id)}/inspection`, { signal });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

export function status(id: string, signal?: AbortSignal): Promise<TitleStatus> {
  return ask<TitleStatus>(titlePath(id), { signal });
}

export function ladder(id: string, signal?: AbortSignal): Promise<LadderReport | null> {
  return ask<LadderReport | null>(`${titlePath(id)}/ladder`, { signal });
}

/** What is known of a title along its time; refused with 409 until its shots and subtitles are. */
export function timeline(id: string, signal?: AbortSignal): Promise<Timeline> {
  return ask<Timeline>(`${titlePath(id)}/timeline`, { signal });
}

/** A title in small pictures; nothing while it is not published, or when none could be made. */
export async function pictures(id: string, signal?: AbortSignal): Promise<Tiles | null> {
  try {
    return await ask<Tiles | null>(`${titlePath(id)}/pictures`, { signal });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 409) return null;
    throw error;
  }
}

export function publish(id: string): Promise<void> {
  return tell(`${titlePath(id)}/publish`, { method: 'POST' });
}

export function unpublish(id: string): Promise<void> {
  return tell(`${titlePath(id)}/unpublish`, { method: 'POST' });
}

export function retry(id: string): Promise<void> {
  return tell(`${titlePath(id)}/retry`, { method: 'POST' });
}

export function remove(id: string): Promise<void> {
  return tell(titlePath(id), { method: 'DELETE', keepalive: true });
}

export function register(title: NewTitle): Promise<{ id: string }> {
  return ask<{ id: string }>('/video-contents/v1/videos', { method: 'POST', body: title });
}
