/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How an object reports to user space: each has a ring buffer and loss counters of its own. */
#ifndef SYSPROBE_REPORT_H
#define SYSPROBE_REPORT_H

#include "events.h"
#include "kernel.h"
#include "layout.gen.h"

/* Records for user space, in order. User space sets the size before load. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 * 1024 * 1024);
} events SEC(".maps");

/* enum loss_counter -> count. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, LOSS_COUNTER_MAX);
    __type(key, __u32);
    __type(value, __u64);
} loss SEC(".maps");

/* Compared by user space with its own before load. */
const volatile __u64 layout_hash = SYSPROBE_LAYOUT_HASH;
/* Records are announced to the reader only past this backlog: a wake-up per record costs five times the
 * record itself, so below it the reader's timer picks them up. */
const volatile __u32 wakeup_backlog_bytes = 1024 * 1024;

static __always_inline void count_loss(__u32 counter) {
    __u64 *value = bpf_map_lookup_elem(&loss, &counter);

    if (value)
        __sync_fetch_and_add(value, 1);
}

static __always_inline void write_header(struct record_header *header, __u16 kind, __u16 size) {
    header->kind = kind;
    header->size = size;
    header->cpu = bpf_get_smp_processor_id();
    header->at_ns = bpf_ktime_get_boot_ns();
}

static __always_inline __u64 wakeup(void) {
    bool far_behind = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) > wakeup_backlog_bytes;

    return far_behind ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void submit(void *record) {
    bpf_ringbuf_submit(record, wakeup());
}

#endif
