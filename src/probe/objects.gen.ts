// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'c1c6e0e537510f214c2a20351cfd77fd45a008892ba5e4dd494571dc1246749a',
  tcp: '6f87ccbe841b1856083b506fa9abb8188923723488fb72d75d668bb627d166f7',
  udp_cgroup: '81755231965f482d7d7e8b756c2fe91b0cd217cde65d607d35b05e02f0001267',
  udp_trace: '3de08ae5647513b3ec61d49727b0d38dcfd8583bb29013fc684dd39d26fa69a3',
} as const;
