// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: '16f4f118b4a68c64ca9c19150129ac427a6b4e46850c5a29c1c6f2373104e7cb',
  tcp: 'fd2c149804f492a288f4b153d7b4d91bca949f0f8528f72d1ddf2d2e3f261f6e',
} as const;
