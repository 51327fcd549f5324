// RFC 9457 problem documents as errors, and the words a person reads when one arrives.

export interface RunningStream {
  title_name: string;
  device: string;
  started_at: string;
}

/** A refused or failed request. `status` 0 means that no answer came back at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly reason: string | undefined;
  readonly streams: RunningStream[];
  readonly retryAfterS: number | undefined;

  constructor(status: number, body: Record<string, unknown>, retryAfterS?: number) {
    super(text(body['detail']) ?? text(body['title']) ?? `the server answered ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.reason = text(body['reason']);
    this.streams = Array.isArray(body['streams']) ? (body['streams'] as RunningStream[]) : [];
    this.retryAfterS = retryAfterS;
  }

  /** True when the same request may succeed later without a change by the viewer. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Explanation {
  heading: string;
  text: string;
  /** Whether a button that asks again makes sense. */
  retry: boolean;
}

const REFUSALS: Record<string, Explanation> = {
  plan: { heading: 'Not part of your plan', text: 'Your plan does not include this title. Nothing is wrong with your device or connection.', retry: false },
  territory: { heading: 'Not available here', text: 'Marquee may not show this title in the country you are in. It plays again when you are back where it is offered.', retry: false },
  window: { heading: 'Not available now', text: 'The time in which this title may be shown has not begun or is over. It may come back later.', retry: false },
  maturity: { heading: 'Above your age rating', text: 'This account may not watch titles with this rating. The owner of the account can change that.', retry: false },
  'too-many-streams': { heading: 'Too many screens at once', text: 'Your plan is playing on as many screens as it allows. Stop one of them, then try again.', retry: true },
};

/** What happened, whose fault it is and what to do next, in plain words. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiProblem)) {
    return { heading: 'Something went wrong here', text: 'This page met a fault of its own. Reload it; if that does not help, the fault is ours.', retry: true };
  }
  const refusal = error.reason === undefined ? undefined : REFUSALS[error.reason];
  if (refusal) return refusal;
  if (error.status === 0) return { heading: 'No connection', text: 'Marquee cannot be reached. Check that this device is online; the page asks again when it is.', retry: true };
  if (error.status === 404 || error.status === 410) return { heading: 'Not found', text: 'This title does not exist, or it has been taken down.', retry: false };
  if (error.status === 403) return { heading: 'Not allowed', text: 'Your account may not open this page.', retry: false };
  if (error.status === 429) return { heading: 'One moment', text: 'Too many requests came from here in a short time. Wait a little, then try again.', retry: true };
  if (error.status >= 500) return { heading: 'The fault is on our side', text: 'The server could not answer. Nothing you did caused it. Try again in a moment.', retry: true };
  return { heading: 'That did not work', text: sentence(error.message), retry: false };
}

/** A message from the server as a sentence: capital first, full stop last. */
export function sentence(message: string): string {
  const trimmed = message.trim();
  if (trimmed === '') return '';
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
