import type { Libraries } from './libraries.ts';

const SIG_SETMASK = 2;
/** sigset_t. */
const SIGSET_SIZE = 128;

/** No signal reaches this thread while the action is at work. */
export function withoutSignals<T>({ c, memory }: Libraries, action: () => T): T {
  const all = memory.copyOf(Buffer.alloc(SIGSET_SIZE, 0xff));
  const before = memory.allocate(SIGSET_SIZE);
  c.pthread_sigmask(SIG_SETMASK, all, before);
  try {
    return action();
  } finally {
    c.pthread_sigmask(SIG_SETMASK, before, memory.allocate(SIGSET_SIZE));
  }
}
