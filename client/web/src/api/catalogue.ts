// What can be watched: home, one title, search, the preview stream, and the viewer's own list.
import { ask, tell } from './http';
import type { Home, SearchAnswer, TitleDetails } from './types';

export function home(signal?: AbortSignal): Promise<Home> {
  return ask<Home>('/discovery/v1/home', { signal });
}

export function title(id: string, signal?: AbortSignal): Promise<TitleDetails> {
  return ask<TitleDetails>(`/catalog/v1/titles/${encodeURIComponent(id)}`, { signal });
}

export function search(query: string, signal?: AbortSignal): Promise<SearchAnswer> {
  return ask<SearchAnswer>(`/video-contents/v1/search-query/?q=${encodeURIComponent(query)}`, { signal });
}

export function setInList(id: string, listed: boolean): Promise<void> {
  return tell(`/viewing/v1/list/${encodeURIComponent(id)}`, { method: listed ? 'PUT' : 'DELETE' });
}

/** Address of a fragmented MP4 from about `offsetS` seconds on, for silent previews. */
export function previewUrl(id: string, offsetS: number): string {
  return `/video-contents/v1/videos/${encodeURIComponent(id)}?offset=${Math.max(0, Math.floor(offsetS))}`;
}
