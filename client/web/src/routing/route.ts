// The addresses of the client, as data: parsing a path into a route and writing a route as a path.

export type Route =
  | { page: 'home' }
  | { page: 'title'; id: string }
  | { page: 'watch'; id: string }
  | { page: 'search'; query: string }
  | { page: 'sign-in'; next: string }
  | { page: 'studio' }
  | { page: 'studio-title'; id: string }
  | { page: 'network' }
  | { page: 'not-found' };

/** Reads an address. Anything unknown or malformed is the not-found page, never an error. */
export function parseRoute(pathname: string, search = ''): Route {
  const segments = pathname.split('/').filter((part) => part !== '').map(decode);
  const [first, second, third] = segments;
  const query = new URLSearchParams(search);
  if (first === undefined) return { page: 'home' };
  if (segments.length === 1) {
    if (first === 'search') return { page: 'search', query: query.get('q') ?? '' };
    if (first === 'sign-in') return { page: 'sign-in', next: localPath(query.get('next')) };
    if (first === 'studio') return { page: 'studio' };
    if (first === 'network') return { page: 'network' };
  }
  if (segments.length === 2 && second !== undefined) {
    if (first === 'title') return { page: 'title', id: second };
    if (first === 'watch') return { page: 'watch', id: second };
  }
  if (segments.length === 3 && first === 'studio' && second === 'title' && third !== undefined) return { page: 'studio-title', id: third };
  return { page: 'not-found' };
}

export const paths = {
  home: '/',
  studio: '/studio',
  network: '/network',
  title: (id: string): string => `/title/${encodeURIComponent(id)}`,
  watch: (id: string): string => `/watch/${encodeURIComponent(id)}`,
  search: (query = ''): string => (query === '' ? '/search' : `/search?q=${encodeURIComponent(query)}`),
  signIn: (next: string): string => (next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`),
  studioTitle: (id: string): string => `/studio/title/${encodeURIComponent(id)}`,
};

/** Only a path of this site is followed after signing in, so that a link cannot send people elsewhere. */
export function localPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
