// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  tcp: '3c3c3d92daae59b2a05c981538b029d01231359ce6e4e3f13c9a06e7cda1eb4c',
} as const;
