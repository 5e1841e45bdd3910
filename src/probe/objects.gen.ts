// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'c1c6e0e537510f214c2a20351cfd77fd45a008892ba5e4dd494571dc1246749a',
  tcp: '6f87ccbe841b1856083b506fa9abb8188923723488fb72d75d668bb627d166f7',
  udp_cgroup: 'c876e72dbeda264a8cdb168b5d217aa27d692da475ef5fb33dcb31c1a851f919',
  udp_trace: '19d7ac1f809c4cf928b385a846e6c5cc58a8d5dd153f94b1587fded5c791df82',
} as const;
