// Short notices at the foot of the page, and actions that can be undone for a while instead of asking first.

export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
}

/** Long enough to read a sentence and reach the button by arrow keys. */
export const TOAST_MS = 8000;

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  commit: () => void;
}

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 0;
  readonly #pending = new Map<number, Pending>();

  constructor() {
    // What was promised is carried out even when the page goes away before its time.
    addEventListener('pagehide', () => this.flush());
  }

  say(text: string, undo: (() => void) | null = null): void {
    this.#add(text, undo, () => undefined);
  }

  /** Runs `commit` after a while unless the viewer takes it back first, which runs `revert`. */
  later(text: string, commit: () => void, revert: () => void): void {
    this.#add(text, revert, commit);
  }

  undo(toast: Toast): void {
    this.#drop(toast.id);
    toast.undo?.();
  }

  flush(): void {
    for (const [id, { commit }] of [...this.#pending]) {
      this.#drop(id);
      commit();
    }
  }

  #add(text: string, undo: (() => void) | null, commit: () => void): void {
    const id = (this.#next += 1);
    const finish = (): void => {
      this.#drop(id);
      commit();
    };
    this.#pending.set(id, { timer: setTimeout(finish, TOAST_MS), commit });
    this.list = [...this.list.slice(-2), { id, text, undo }];
  }

  #drop(id: number): void {
    clearTimeout(this.#pending.get(id)?.timer);
    this.#pending.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
