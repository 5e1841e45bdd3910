// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  tcp: '3b895543b7506f914fc483241fcb49f88292e6db5be68b9c2f7d3a57ce276be7',
} as const;
