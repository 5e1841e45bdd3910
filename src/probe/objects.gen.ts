// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: 'eea0ccaa0372fdeffb134a53411a4f68a1af6481fba146816ff16fa7739ffdba',
  tcp: '6f87ccbe841b1856083b506fa9abb8188923723488fb72d75d668bb627d166f7',
  udp_cgroup: '81755231965f482d7d7e8b756c2fe91b0cd217cde65d607d35b05e02f0001267',
  udp_trace: '3de08ae5647513b3ec61d49727b0d38dcfd8583bb29013fc684dd39d26fa69a3',
} as const;
