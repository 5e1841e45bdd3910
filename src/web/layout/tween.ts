/** Calls `frame` with 0..1 until 1, eased; returns what stops it. */
export function tween(durationMs: number, frame: (share: number) => void): () => void {
  if (durationMs <= 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    frame(1);
    return () => undefined;
  }
  const start = performance.now();
  const step = (now: number) => {
    const share = Math.min(Math.max(now - start, 0) / durationMs, 1);
    frame(1 - (1 - share) ** 3);
    if (share < 1) handle = requestAnimationFrame(step);
  };
  let handle = requestAnimationFrame(step);
  return () => cancelAnimationFrame(handle);
}
