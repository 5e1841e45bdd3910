// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: '61fd0b15121fd32c877c509a3c9b8e2c9c1792c8332ccc108ff3a0eade36cc87',
  dns: 'be2658435647e9d6f57b2c76b3941c5b6bb1971ebef46ad8e84f9f7fe91104cc',
  process: '8f6f899b4cc8dfdfa8058733ce13b47774abe084a0ea4740b63bfbacf53eaef4',
  tcp: 'ad355dc1af721358a79a0418b2cda2c4f8fa052725ac7864adc043eb8aac888c',
  udp_cgroup: '8f6044976fd68e9eca98295254fa09a9620de5eb42294bc9eac0815fb891773a',
  udp_trace: '91510c618ecc282b49da5c674bef71f4631f316c9f916e00b74a2109878ad112',
} as const;
