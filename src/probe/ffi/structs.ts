// Offsets of the fields that are used of C's structures, and the size that is passed; the same on every 64-bit machine.

/** struct bpf_object_open_opts, as far as it is used: libbpf goes by `sz`. */
export const OpenOptions = { size: 16, sz: 0, object_name: 8 } as const;

/** struct bpf_test_run_opts. */
export const TestRunOptions = { size: 80, sz: 0, ctx_in: 32, ctx_size_in: 48, retval: 56 } as const;

/** struct bpf_prog_info; the kernel fills as much as it knows. */
export const ProgInfo = {
  size: 224,
  run_time_ns: 192,
  run_cnt: 200,
  recursion_misses: 208,
  verified_insns: 216,
} as const;
