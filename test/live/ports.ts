let last = 20_000 + (process.pid % 10_000);

/**
 * A port that this process has not used, below those that the kernel chooses from: it gives one out again after some
 * thousand, so that a port which was free a moment ago may be another program's, and a question by port that of another
 * case.
 */
export function freePort(): number {
  last += 1;
  return last;
}
