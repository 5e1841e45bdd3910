// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: '06f60beb4ff26c57c219f3a815ff4bc04f84e73fccbaeacdcb01aa77799e24a6',
  dns: 'cc88e91702948856d7f9be2ef3afa01916ef2c47863b9c91a19ba90a5fdfcdc8',
  tcp: 'e535b2e64ab033feba02d2b1df76dedf5a2137d90dc898f15d10bf2549981635',
  udp_cgroup: '70d5066740b83d1e8322438d502bbdcaa2f200b979be8e496bae16573ad24808',
  udp_trace: '5784aed614802bfb9c4131fdd20e7eafbd89207ccb4d8fa9fae5512e0fcf4a4c',
} as const;
