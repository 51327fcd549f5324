// What an owner is told of the content network: the appliances as they fare now, and the bytes that came from elsewhere.
import { ask } from './http';
import type { NetworkAppliance, MissesReport } from './types';

export function appliances(signal?: AbortSignal): Promise<NetworkAppliance[]> {
  return ask<NetworkAppliance[]>('/steering/v1/appliances', { signal });
}

/** Of the latest `hours`, at most a week of them. */
export function misses(hours: number, signal?: AbortSignal): Promise<MissesReport> {
  return ask<MissesReport>(`/delivery/v1/misses?hours=${hours}`, { signal });
}
