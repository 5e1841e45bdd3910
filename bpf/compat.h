/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every difference between kernels that the programs have to know, each with the commit that made it. */
#ifndef SYSPROBE_COMPAT_H
#define SYSPROBE_COMPAT_H

#include "kernel.h"

/* Before 8520e224f547 (v5.15, backported to 5.10 stable) the pointer shared a u64 with net_cls and net_prio.
 */
struct sock_cgroup_data___old {
    __u64 val;
} __attribute__((preserve_access_index));

static __always_inline __u64 sock_cgroup_id(struct sock *sk) {
    struct cgroup *cgroup = NULL;

    if (bpf_core_field_exists(struct sock_cgroup_data, cgroup)) {
        cgroup = BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
    } else {
        struct sock_cgroup_data___old *old = (void *)&sk->sk_cgrp_data;
        __u64 val = BPF_CORE_READ(old, val);

        /* Bit 0 says that the word holds class and priority; the socket is then in the root cgroup. */
        if (!(val & 1))
            cgroup = (struct cgroup *)val;
    }
    return cgroup ? BPF_CORE_READ(cgroup, kn, id) : 1;
}

#endif
