/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counts datagrams by conversation: what the two families of hooks share (udp_trace.bpf.c, udp_cgroup.bpf.c).
 *
 * The programs count into one of two tables while user space empties the other. It switches `udp_current`
 * first, and the kernel returns from that only when no program that could still use the other one is running:
 * so every datagram is in exactly one reading, and an entry is never taken away under a program that adds to
 * it.
 */
#ifndef SYSPROBE_UDP_H
#define SYSPROBE_UDP_H

#include <bpf/bpf_endian.h>

#include "compat.h"
#include "events.h"
#include "kernel.h"
#include "layout.gen.h"

/* Conversation -> what it did since the last reading. Inserted by its first datagram since then, taken by
 * user space. 136 B a slot plus the bucket: 6 MiB for each of the two at 32,768. */
struct udp_table {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, struct udp_key);
    __type(value, struct udp_count);
};

struct udp_table udp_even SEC(".maps");
struct udp_table udp_odd SEC(".maps");

/* 0 -> the table to count into. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct udp_table);
} udp_current SEC(".maps") = {.values = {&udp_even}};

enum udp_way {
    UDP_SENT = 0,
    UDP_RECEIVED = 1,
    UDP_WAYS = 2,
};

/* What this CPU counted last that way, so that a refusal right after can be taken back. A sender may be
 * preempted by another one while it writes; then the two marks differ. */
struct udp_last {
    __u64 begin_mark;
    struct udp_key key;
    __u64 sock;
    __u64 bytes;
    __u64 packets;
    __u64 end_mark;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, UDP_WAYS);
    __type(key, __u32);
    __type(value, struct udp_last);
} udp_last SEC(".maps");

/* enum udp_loss -> datagrams. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, UDP_LOSS_MAX);
    __type(key, __u32);
    __type(value, __u64);
} loss SEC(".maps");

/* Compared by user space with its own before load. */
const volatile __u64 layout_hash = SYSPROBE_LAYOUT_HASH;

#define UDP_HEADER_LEN 8
#define SOCK_DGRAM 2

static __always_inline void count_loss(__u32 counter, __u64 packets) {
    __u64 *value = bpf_map_lookup_elem(&loss, &counter);

    if (value)
        __sync_fetch_and_add(value, packets);
}

static __always_inline struct udp_last *last_of(__u32 way) {
    return bpf_map_lookup_elem(&udp_last, &way);
}

/* Once, and only what `mark` tells to be the same. */
static __always_inline struct udp_last *recall(__u32 way, __u64 mark) {
    struct udp_last *last = last_of(way);

    if (!last || last->begin_mark != mark || last->end_mark != mark)
        return NULL;
    last->begin_mark = 0;
    return last;
}

/* A large send, or a large receive that was asked for, is several datagrams in one packet. */
static __always_inline __u32 packets_in(__u64 bytes, __u32 segments, __u32 segment_size) {
    if (segments)
        return segments;
    return segment_size ? (bytes + segment_size - 1) / segment_size : 1;
}

static __always_inline inode_t inode_of(struct sock *sk) {
    struct socket_alloc *alloc = (struct socket_alloc *)BPF_CORE_READ(sk, sk_socket);

    return alloc ? BPF_CORE_READ(alloc, vfs_inode.i_ino) : 0;
}

/* In sendmsg(2), but for the few that the kernel sends by itself. */
static __always_inline void read_sender(struct udp_count *count) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    count->pid = BPF_CORE_READ(task, tgid);
    if (cgroup_v1)
        count->cgroup_id = current_v1_cgroup_id();
    BPF_CORE_READ_STR_INTO(&count->comm, task, group_leader, comm);
}

/* A raw socket may send and be given UDP packets too; they are the UDP socket's, which counts them itself. */
static __always_inline bool is_udp_socket(struct sock *sk) {
    return BPF_CORE_READ(sk, sk_protocol) == PROTOCOL_UDP && BPF_CORE_READ(sk, sk_type) == SOCK_DGRAM;
}

static __always_inline struct udp_count *begin(void *table, const struct udp_key *key, struct sock *sk,
                                               __u32 way) {
    struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);
    struct udp_count count = {
        .first_ns = bpf_ktime_get_boot_ns(),
        .cgroup_id = cgroup_v1 ? 0 : sock_cgroup_id(sk),
        .inode = inode_of(sk),
        .netns = BPF_CORE_READ(net, ns.inum),
        .first_cpu = bpf_get_smp_processor_id(),
        .role = way == UDP_SENT ? ROLE_CLIENT : ROLE_SERVER,
    };

    /* Another CPU may have been first: then its entry is the one. */
    bpf_map_update_elem(table, key, &count, BPF_NOEXIST);
    return bpf_map_lookup_elem(table, key);
}

static __always_inline void add(struct udp_count *count, __u32 way, __u64 bytes, __u32 packets) {
    count->last_ns = bpf_ktime_get_boot_ns();
    if (way == UDP_SENT) {
        __sync_fetch_and_add(&count->sent, bytes);
        __sync_fetch_and_add(&count->packets_sent, packets);
        if (!count->pid)
            read_sender(count);
    } else {
        __sync_fetch_and_add(&count->received, bytes);
        __sync_fetch_and_add(&count->packets_received, packets);
    }
}

static __always_inline void *current_table(void) {
    __u32 zero = 0;

    return bpf_map_lookup_elem(&udp_current, &zero);
}

/* The tables may have been switched since it was counted, so that the change may be below zero. */
static __always_inline void take_back(const struct udp_last *last, __u32 way) {
    void *table = current_table();
    struct udp_count *count;

    if (!table)
        return;
    count = bpf_map_lookup_elem(table, &last->key);
    if (!count)
        count = begin(table, &last->key, (struct sock *)last->sock, way);
    if (!count) {
        count_loss(UDP_LOSS_UNSETTLED, last->packets);
        return;
    }
    add(count, way, -last->bytes, -last->packets);
    if (way == UDP_RECEIVED)
        __sync_fetch_and_add(&count->packets_dropped, last->packets);
}

#endif
