// Signing in and out, and who is signed in. The session travels in an HttpOnly cookie that scripts never see.
import { ask, tell } from './http';
import type { Account } from './types';

export async function signIn(name: string, password: string): Promise<Account> {
  const answer = await ask<{ account: Account }>('/accounts/v1/sign-in', { method: 'POST', body: { name, password } });
  return answer.account;
}

export function signOut(): Promise<void> {
  return tell('/accounts/v1/sign-out', { method: 'POST' });
}

export function me(): Promise<Account> {
  return ask<Account>('/accounts/v1/me');
}
