// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'c1c6e0e537510f214c2a20351cfd77fd45a008892ba5e4dd494571dc1246749a',
  tcp: '6a81486615f3d307580b9430dc0ca0d3901b8c3cbabccb5eb7f9006f38fd7f6a',
  udp_cgroup: 'c876e72dbeda264a8cdb168b5d217aa27d692da475ef5fb33dcb31c1a851f919',
  udp_trace: '19d7ac1f809c4cf928b385a846e6c5cc58a8d5dd153f94b1587fded5c791df82',
} as const;
