// The current route, kept in step with the address bar, and the ways to change it.
import { parseRoute, type Route } from './route';

interface EntryState {
  /** Identifies one history entry, so that focus and scroll can be put back when it is visited again. */
  key: string;
  /** How many entries of this app lie before it: zero means that Back would leave Marquee. */
  depth: number;
}

let serial = 0;
const freshKey = (): string => `${Date.now().toString(36)}-${(serial += 1)}`;

function entryState(): EntryState {
  const state = history.state as Partial<EntryState> | null;
  return { key: state?.key ?? freshKey(), depth: state?.depth ?? 0 };
}

class Router {
  route = $state.raw<Route>({ page: 'home' });
  entry = $state.raw<EntryState>({ key: 'start', depth: 0 });
  /** How the current entry was reached: only a revisited one gets its old focus back. */
  revisited = $state.raw(false);
  #beforeLeave: (key: string) => void = () => undefined;

  /** Begins to follow the address bar. Call once. */
  start(beforeLeave: (key: string) => void): void {
    this.#beforeLeave = beforeLeave;
    history.scrollRestoration = 'manual';
    const first = entryState();
    history.replaceState(first, '');
    this.#show(first, false);
    addEventListener('popstate', () => {
      this.#beforeLeave(this.entry.key);
      this.#show(entryState(), true);
    });
    document.addEventListener('click', (event) => this.#onClick(event));
  }

  go(path: string): void {
    this.#beforeLeave(this.entry.key);
    const next = { key: freshKey(), depth: this.entry.depth + 1 };
    history.pushState(next, '', path);
    this.#show(next, false);
  }

  /** Changes the address without a new history entry: to follow what the viewer types, or to send them elsewhere. */
  replace(path: string): void {
    const { pathname, search } = new URL(path, location.href);
    const samePage = parseRoute(pathname, search).page === this.route.page;
    const entry = samePage ? this.entry : { ...this.entry, key: freshKey() };
    history.replaceState(entry, '', path);
    this.#show(entry, false);
  }

  /** Back within Marquee, or to `fallback` when there is nothing before this page. */
  back(fallback = '/'): void {
    if (this.entry.depth > 0) history.back();
    else this.replace(fallback);
  }

  #show(entry: EntryState, revisited: boolean): void {
    this.revisited = revisited;
    this.entry = entry;
    this.route = parseRoute(location.pathname, location.search);
  }

  #onClick(event: MouseEvent): void {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!plain || event.defaultPrevented || !link || link.target !== '' || link.hasAttribute('download')) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || (to.hash !== '' && to.pathname === location.pathname)) return;
    event.preventDefault();
    this.go(to.pathname + to.search);
  }
}

export const router = new Router();
