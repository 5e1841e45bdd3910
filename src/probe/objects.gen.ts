// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: '693480b96d7285a676c31b855009499d25006e4bed26dccb666928117193f8bb',
  dns: '8b7dab771c8d13b9aae68f8e0fdbe9824665db685a00f64cc06fdc77208e1e9e',
  process: '9047029ead61332587a8c683d3176916445d3ff3d274ba24a6994cb846d22609',
  tcp: 'e4f60fbbd68967f7f7c53fddfd48848687313bb69478ecb5829f0383986472b1',
  udp_cgroup: 'ce70b8329c06b15f0aa621c9aeeabcb1efa625498678ad373bb749a4e3c4c2f0',
  udp_trace: '73dec5b1c859f761e9d4138c875f32f8bedeb77b42f4c59dbd04ad6c293f9560',
} as const;
