// Generated from bpf/*.bpf.o by scripts/bpf.mjs (npm run generate). Do not edit.

/** SHA-256 of each object: libbpf may crash on a damaged one, so it is compared before libbpf sees it. */
export const objectHashes = {
  cgroup: '131258b85db414fc9289198382f4d1facce704bdc51fc829861518c3917b6366',
  dns: '5ac417797af76039549fa61aa06505ac446ce08e64f7240263efd025674a2d42',
  process: '83e662e40c3c8a8315a087f1f7800d9e34d11f31b87b4982cbdb9c40b60d8e7c',
  tcp: '543caa7d81483cee164ea7151bd898bd2f81d7d3fe7dd6022ea7808c9e75778a',
  udp_cgroup: '2ec7b4a81dc4f93628a35b22d937c174a87e1895932918cc3a3a5ff179fa52d8',
  udp_trace: '4301c9ace75ec59cfa736a1a623b64d922b62905d816aaf7858d9d27c916ba68',
} as const;
