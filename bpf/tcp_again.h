/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs behind tcp_state know of it: whether it has met the change that they are at. */
#ifndef SYSPROBE_TCP_AGAIN_H
#define SYSPROBE_TCP_AGAIN_H

#include "events.h"
#include "maps.h"
#include "tcp_listen.h"

/* Where tasks preempt the programs of a tracepoint (preempt.h). */
const volatile __u8 tracepoints_preempt = 0;

/* Of a softirq between two programs, which then meets none of them: more are rare. A power of two. */
#define SEEN_CHANGES 8
/* More than there are tasks at work: two that share one may take a change for missed that was not. A power of
 * two. */
#define PROGRESS_SLOTS 4096

struct progress {
    __u64 running; /* tcp_state is in the middle of a change */
    __u64 count;   /* of the changes that were noted */
    /* The last of them, each at its number; 0 = the last program has met it too. */
    __u64 seen[SEEN_CHANGES];
};

/* How far the programs are on a processor. 80 B each. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct progress);
} progress SEC(".maps");

/* The same where tasks come in between, by task: one that had to wait goes on on any processor. 320 KiB. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, PROGRESS_SLOTS);
    __type(key, __u32);
    __type(value, struct progress);
} task_progress SEC(".maps");

static __always_inline struct progress *own_progress(void) {
    __u32 slot = 0;

    if (!tracepoints_preempt)
        return bpf_map_lookup_elem(&progress, &slot);
    /* By its address, which is a multiple of 64: a multiplication spreads it over the upper bits. */
    slot = (__u32)(bpf_get_current_task() >> 6) * 0x9e3779b1u / (0x100000000 / PROGRESS_SLOTS);
    return bpf_map_lookup_elem(&task_progress, &slot);
}

/* Names a change: the bits of the address that differ, and the states, which are below 16. */
static __always_inline __u64 change_of(struct sock *sk, int old, int new) {
    return (__u64)sk << 8 | (__u64)old << 4 | (__u64) new;
}

static __always_inline void note_seen(struct progress *own, __u64 change) {
    own->seen[own->count++ & (SEEN_CHANGES - 1)] = change;
}

/* The newest first, which it nearly always is. */
static __always_inline bool was_seen(struct progress *own, __u64 change, bool is_last) {
    __u64 count = own->count;

#pragma unroll
    for (__u32 back = 1; back <= SEEN_CHANGES; back++) {
        __u64 *seen = &own->seen[(count - back) & (SEEN_CHANGES - 1)];

        if (*seen != change)
            continue;
        if (is_last)
            *seen = 0;
        return true;
    }
    return false;
}

/* The others change nothing that is told or remembered. */
static __always_inline bool matters(int old, int new) {
    switch (new) {
    case TCP_STATE_ESTABLISHED:
        return true;
    case TCP_STATE_SYN_SENT:
    case TCP_STATE_LISTEN:
        return old == TCP_STATE_CLOSE;
    case TCP_STATE_FIN_WAIT1:
    case TCP_STATE_LAST_ACK:
    case TCP_STATE_CLOSE:
        return old != new;
    default:
        return false;
    }
}

/* Where tasks come in between all are, so that those which were missed can be told: the kernel counts each.
 */
static __always_inline bool is_followed(int old, int new) {
    return tracepoints_preempt || matters(old, new);
}

/* NULL: it is not tracked, or closed. */
static __always_inline struct conn *open_conn(struct sock *sk) {
    sock_ref_t key = (sock_ref_t)sk;
    struct conn *conn = bpf_map_lookup_elem(&conns, &key);

    return conn && !(conn->flags & CONN_CLOSED) ? conn : NULL;
}

static __always_inline bool is_closed(struct sock *sk) {
    sock_ref_t key = (sock_ref_t)sk;
    struct conn *conn = bpf_map_lookup_elem(&conns, &key);

    return conn && conn->flags & CONN_CLOSED;
}

static __always_inline bool is_close(struct bpf_raw_tracepoint_args *ctx) {
    return ctx->args[2] == TCP_STATE_CLOSE && ctx->args[1] != TCP_STATE_LISTEN;
}

/*
 * A closed connection is kept until the last program, so that none takes it for one that was not tracked.
 * Where that was skipped it stays until its socket has another one: only under the socket's lock can it not
 * be taken for the next.
 */
static __always_inline void forget_closed(sock_ref_t key) {
    struct conn *conn = bpf_map_lookup_elem(&conns, &key);

    if (conn && conn->flags & CONN_CLOSED)
        bpf_map_delete_elem(&conns, &key);
}

/* Whether a program before has seen the change, by what that left behind. */
static __always_inline bool is_applied(struct sock *sk, int old, int new, bool running) {
    struct conn *conn = open_conn(sk);

    if (new == TCP_STATE_SYN_SENT)
        return conn && !conn->established_ns;
    if (new == TCP_STATE_ESTABLISHED)
        return conn && conn->established_ns;
    if (new == TCP_STATE_LISTEN)
        return owns_listener(sk);
    if (new != TCP_STATE_CLOSE)
        return false; /* on_finish() may run twice. */
    if (old == TCP_STATE_LISTEN)
        return !owns_listener(sk);
    if (tracepoints_preempt)
        return is_closed(sk);
    /* A socket that was not tracked leaves nothing. While tcp_state is running, it cannot have seen the
     * change. */
    if (conn || running)
        return false;
    count_loss(LOSS_CLOSE_UNCLEAR);
    return true;
}

#endif
