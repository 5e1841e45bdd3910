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

/* Set where no cgroup2 is mounted: all sockets are then in its root, and their processes tell them apart. */
const volatile __u8 cgroup_v1 = 0;

/* Id in the memory hierarchy, in which every container has a cgroup; 0 where the socket knows its own. */
static __always_inline __u64 v1_cgroup_id(struct task_struct *task) {
    struct cgroup_subsys_state *state;
    struct css_set *set;

    if (!cgroup_v1)
        return 0;
    set = BPF_CORE_READ(task, cgroups);
    bpf_probe_read_kernel(&state, sizeof(state),
                          (void *)set + bpf_core_field_offset(struct css_set, subsys) +
                              bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id) * sizeof(state));
    return BPF_CORE_READ(state, cgroup, kn, id);
}

static __always_inline __u64 current_v1_cgroup_id(void) {
    return v1_cgroup_id((struct task_struct *)bpf_get_current_task());
}

/* The cgroup by which owners are told apart. */
static __always_inline __u64 task_cgroup_id(struct task_struct *task) {
    return cgroup_v1 ? v1_cgroup_id(task) : BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

/* Since 72ba14deb40a (v6.10, backported to 5.10 and 6.1 stable) the tracepoint mark_victim is handed the
 * task, before that its number; the same commit gave its record the memory of the task. */
static __always_inline bool mark_victim_has_task(void) {
    return bpf_core_field_exists(struct trace_event_raw_mark_victim, anon_rss);
}

/* Before f1a7941243c1 (v6.2) the counters of an address space were plain numbers. */
struct mm_rss_stat___old {
    atomic64_t count[4];
} __attribute__((preserve_access_index));

struct mm_struct___old {
    struct mm_rss_stat___old rss_stat;
} __attribute__((preserve_access_index));

/* include/linux/mm_types_task.h */
enum mm_counter {
    MM_FILEPAGES = 0,
    MM_ANONPAGES = 1,
    MM_SHMEMPAGES = 3,
};

/* Pages; a counter that is spread over processors may be some pages short. An index that is no constant would
 * not be relocated. */
static __always_inline __u64 resident_pages(struct mm_struct *mm) {
    struct mm_struct___old *old = (void *)mm;
    __s64 pages;

    if (bpf_core_field_exists(old->rss_stat.count))
        pages = BPF_CORE_READ(old, rss_stat.count[MM_FILEPAGES].counter) +
                BPF_CORE_READ(old, rss_stat.count[MM_ANONPAGES].counter) +
                BPF_CORE_READ(old, rss_stat.count[MM_SHMEMPAGES].counter);
    else
        pages = BPF_CORE_READ(mm, rss_stat[MM_FILEPAGES].count) +
                BPF_CORE_READ(mm, rss_stat[MM_ANONPAGES].count) +
                BPF_CORE_READ(mm, rss_stat[MM_SHMEMPAGES].count);
    return pages > 0 ? pages : 0;
}

#endif
