// Who is signed in, known once per visit and shared by every page.
import { me, signOut } from '../api/accounts';
import { ApiProblem } from '../api/problem';
import type { Account } from '../api/types';

class AccountState {
  /** `undefined` until the first answer, `null` when nobody is signed in. */
  current = $state.raw<Account | null | undefined>(undefined);
  /** Set when the question itself failed, so that the page can offer to ask again. */
  failure = $state.raw<unknown>(null);

  async refresh(): Promise<void> {
    this.failure = null;
    try {
      this.current = await me();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) this.current = null;
      else this.failure = error;
    }
  }

  async leave(): Promise<void> {
    await signOut();
    this.current = null;
  }

  get isOwner(): boolean {
    return this.current?.role === 'owner';
  }
}

export const account = new AccountState();
