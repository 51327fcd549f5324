// What an owner does to a title, each with its undo instead of a question.
import { explain } from '../api/problem';
import * as studio from '../api/studio';
import type { TitleStatus } from '../api/types';
import { toasts } from '../state/toasts.svelte';

export async function unpublish(title: TitleStatus, changed: () => void): Promise<void> {
  await attempt(`${title.name} could not be taken down.`, async () => {
    await studio.unpublish(title.id);
    toasts.say(`${title.name} is taken down.`, () => void publish(title, changed));
  });
  changed();
}

export async function publish(title: TitleStatus, changed: () => void): Promise<void> {
  await attempt(`${title.name} could not be published.`, async () => {
    await studio.publish(title.id);
    toasts.say(`${title.name} is published.`);
  });
  changed();
}

export async function retry(title: TitleStatus, changed: () => void): Promise<void> {
  await attempt(`${title.name} could not be started again.`, () => studio.retry(title.id));
  changed();
}

/** Hides the title at once; it is removed for good when the time for undoing is over. */
export function remove(title: TitleStatus, hide: () => void, show: () => void): void {
  hide();
  const commit = (): void => void attempt(`${title.name} could not be deleted.`, () => studio.remove(title.id)).then((done) => void (done || show()));
  toasts.later(`${title.name} is deleted.`, commit, show);
}

async function attempt(failed: string, action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    toasts.say(`${failed} ${explain(error).text}`);
    return false;
  }
}
