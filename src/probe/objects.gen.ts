// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'd27328b0c664aebdc99b77083dc38fd808e7c93e2e090d78b11489701fb4408c',
  dns: 'dadf00b7fad55a9cad954a7a45566b2999ce994007ca1e43be25f02559f3e936',
  tcp: 'dd8bb8388ba9dfc111eaa209415aa8155f449e4cefa85557f7576af8ac4cac48',
  udp_cgroup: 'f4fa415491ce1d077981bc2c54500aa47d18bef687278d21cf612eb7a0e77a6d',
  udp_trace: 'e33d1625b41e35dc979e98fb49bedd32b5ac78f2636cb4f5ab0d986588df3327',
} as const;
