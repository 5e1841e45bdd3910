// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'a8a3053cc2191969c22f6c0dc4228eff34f64dcf5bae03152e44e799b2a9d5e8',
  tcp: '24048dcf629d4f258fe09e15a4fde4eaf794d399e4fd3709704377e17cd1214d',
} as const;
