// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A knob and a program: what libbpf opens without BTF, which maps need.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 limit = 5;

SEC("raw_tp/sys_enter")
int limited(void *context) {
    return limit;
}
