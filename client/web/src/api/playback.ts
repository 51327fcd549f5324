// The life of one play as the API sees it: create, renew, heartbeat, end, and the bookmark left behind.
import { ask, tell } from './http';
import type { DeviceKind, PlaybackSession, PlayState } from './types';

const sessionPath = (id: string): string => `/playback/v1/sessions/${encodeURIComponent(id)}`;

export function createSession(titleId: string, kind: DeviceKind, signal?: AbortSignal): Promise<PlaybackSession> {
  return ask<PlaybackSession>('/playback/v1/sessions', { method: 'POST', body: { title_id: titleId, device: { kind } }, signal });
}

export function renewSession(id: string): Promise<PlaybackSession> {
  return ask<PlaybackSession>(`${sessionPath(id)}/renew`, { method: 'POST' });
}

export function heartbeat(id: string, positionMs: number, state: PlayState, appliance: string | null): Promise<void> {
  const body = { position_ms: Math.round(positionMs), state, ...(appliance === null ? {} : { appliance }) };
  return tell(`${sessionPath(id)}/heartbeat`, { method: 'POST', body, keepalive: true });
}

export function endSession(id: string): Promise<void> {
  return tell(sessionPath(id), { method: 'DELETE', keepalive: true });
}

export function saveBookmark(titleId: string, positionMs: number, durationMs: number): Promise<void> {
  return tell(`/viewing/v1/bookmarks/${encodeURIComponent(titleId)}`, {
    method: 'PUT',
    body: { position_ms: Math.round(positionMs), duration_ms: Math.round(durationMs) },
    keepalive: true,
  });
}
