// Which appliance to ask next: rank order, except that one which failed is left alone for a while. Pure.
import type { Appliance } from '../api/types';

/** After a first failure; doubles with every further one up to the bound, so that a dead appliance costs ever less. */
export const FIRST_PENALTY_MS = 4_000;
export const MAX_PENALTY_MS = 60_000;

interface Health {
  failures: number;
  until: number;
}

export interface Choice {
  id: string;
  url: string;
}

/** The file part of a delivery address, after `/p/<token>/`; null for any other address. */
export function fileOf(url: string): string | null {
  return /\/p\/[^/?#]+\/([^?#]+)/.exec(url)?.[1] ?? null;
}

export class Failover {
  #appliances: readonly Appliance[];
  readonly #health = new Map<string, Health>();

  constructor(appliances: readonly Appliance[]) {
    this.#appliances = appliances;
  }

  /** Takes fresh addresses and ranks after a renewal. What is known about health stays. */
  replace(appliances: readonly Appliance[]): void {
    this.#appliances = appliances;
  }

  /** The appliance an address belongs to, whatever token the address carries. */
  ownerOf(url: string): string | null {
    return this.#appliances.find((appliance) => url.startsWith(beforeToken(appliance.base_url)))?.id ?? null;
  }

  /**
   * Where to get a file now. `preferred` is the order the manifest or steering asks for; ranks fill in the rest.
   * When every appliance is under a penalty, the one whose penalty ends first is tried. Null without appliances.
   */
  choose(file: string, now: number, preferred: readonly string[] = []): Choice | null {
    const order = this.#ordered(preferred);
    const healthy = order.find((appliance) => this.#until(appliance.id) <= now);
    const chosen = healthy ?? order.reduce<Appliance | null>((a, b) => (a === null || this.#until(b.id) < this.#until(a.id) ? b : a), null);
    return chosen === null ? null : { id: chosen.id, url: withSlash(chosen.base_url) + file };
  }

  failed(id: string, now: number): void {
    const failures = (this.#health.get(id)?.failures ?? 0) + 1;
    const penalty = Math.min(MAX_PENALTY_MS, FIRST_PENALTY_MS * 2 ** (failures - 1));
    this.#health.set(id, { failures, until: now + penalty });
  }

  succeeded(id: string): void {
    this.#health.delete(id);
  }

  #until(id: string): number {
    return this.#health.get(id)?.until ?? 0;
  }

  #ordered(preferred: readonly string[]): Appliance[] {
    const place = (appliance: Appliance): number => {
      const index = preferred.indexOf(appliance.id);
      return index < 0 ? preferred.length : index;
    };
    return [...this.#appliances].sort((a, b) => place(a) - place(b));
  }
}

/** Everything of a base address up to and including `/p/`: what stays when the token changes. */
function beforeToken(base: string): string {
  const at = base.lastIndexOf('/p/');
  return at < 0 ? withSlash(base) : base.slice(0, at + 3);
}

function withSlash(base: string): string {
  return base.endsWith('/') ? base : `${base}/`;
}
