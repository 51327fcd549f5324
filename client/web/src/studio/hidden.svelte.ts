// Titles deleted a moment ago, which no list shows while the deletion can still be undone.
import { SvelteSet } from 'svelte/reactivity';

export const hidden = new SvelteSet<string>();
