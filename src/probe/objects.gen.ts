// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  tcp: '41aaf48da3aa74d2108065f857f2d61626dc58183d1990ff497c84ab20f7b7f8',
} as const;
