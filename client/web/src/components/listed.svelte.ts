// Putting a title on the viewer's list and taking it off: shown at once, taken back if the server refuses.
import { setInList } from '../api/catalogue';
import { toasts } from '../state/toasts.svelte';
import { SvelteMap } from 'svelte/reactivity';

/** What the viewer changed during this visit, over what the pages were loaded with. */
const changed = new SvelteMap<string, boolean>();

export function isListed(id: string, loaded: boolean): boolean {
  return changed.get(id) ?? loaded;
}

export async function toggleListed(id: string, name: string, now: boolean): Promise<void> {
  changed.set(id, !now);
  try {
    await setInList(id, !now);
  } catch {
    changed.set(id, now);
    toasts.say(`Your list could not be changed: ${name} stays as it was. Try again in a moment.`);
  }
}
