// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP connections from one hook. inet_sock_set_state runs two to four times in a connection's life and never
 * for a data packet; the socket's own counters are final when it reaches CLOSE.
 */
#include "compat.h"
#include "events.h"
#include "kernel.h"
#include "maps.h"
#include "preempt.h"
#include "tcp_again.h"
#include "tcp_listen.h"
#include "tcp_read.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline bool in_kernel_thread(void) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    return BPF_CORE_READ(task, flags) & PF_KTHREAD;
}

static __always_inline void emit_flow(struct sock *sk, const struct conn *conn, __u16 kind, __u8 old) {
    struct flow_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    bool closed = kind == RECORD_FLOW_CLOSED;

    if (!record) {
        count_loss(closed ? LOSS_RING_CLOSED : LOSS_RING_OPENED);
        return;
    }
    write_header(&record->header, kind, sizeof(*record));
    read_tcp(record, sk, conn);
    record->old_state = old;
    record->state = closed ? TCP_STATE_CLOSE : TCP_STATE_ESTABLISHED;
    /* An ICMP error that met connect(2) at work is only noted, unless the caller asked for it first. */
    if (closed && old == TCP_STATE_SYN_SENT && !record->error)
        record->error = BPF_CORE_READ(sk, sk_err_soft);
    submit(record);
}

/* The socket is read later, by tcp_snapshot, if it still lives when user space asks for it. */
static __always_inline void emit_begun(struct sock *sk, const struct conn *conn) {
    struct begun_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

    if (!record) {
        count_loss(LOSS_RING_OPENED);
        return;
    }
    record->header.kind = RECORD_FLOW_BEGUN;
    record->header.size = sizeof(*record);
    record->header.cpu = bpf_get_smp_processor_id();
    record->header.at_ns = conn->established_ns;
    record->sock = (sock_ref_t)sk;
    record->opened_ns = conn->opened_ns;
    submit(record);
}

static __always_inline void remember(struct sock *sk, struct conn *conn) {
    sock_ref_t key = (sock_ref_t)sk;

    if (bpf_map_update_elem(&conns, &key, conn, BPF_ANY)) {
        conn->flags = FLOW_UNTRACKED;
        count_loss(LOSS_CONNS_FULL);
    }
}

/* In connect(2): the caller is the owner. */
static __always_inline void on_connect(struct sock *sk) {
    struct conn conn = {
        .opened_ns = bpf_ktime_get_boot_ns(),
        .v1_cgroup_id = current_v1_cgroup_id(),
        .opened_cpu = bpf_get_smp_processor_id(),
        .role = ROLE_CLIENT,
    };

    read_current(&conn.pid, conn.comm);
    remember(sk, &conn);
}

/* In softirq, on whatever task was interrupted. */
static __always_inline void on_established(struct sock *sk, int old) {
    struct conn *known = open_conn(sk);

    if (known && !known->established_ns) {
        known->established_ns = bpf_ktime_get_boot_ns();
        if (report_opened)
            emit_begun(sk, known);
        return;
    }
    if (known)
        count_loss(LOSS_CONNS_STALE);

    struct conn conn = {
        .opened_ns = bpf_ktime_get_boot_ns(),
        .opened_cpu = bpf_get_smp_processor_id(),
        .role = old == TCP_STATE_SYN_RECV ? ROLE_SERVER : ROLE_CLIENT,
    };

    conn.established_ns = conn.opened_ns;
    if (conn.role == ROLE_SERVER)
        read_listener_owner(&conn, sk);
    remember(sk, &conn);
    if (!report_opened)
        return;
    if (conn.flags & FLOW_UNTRACKED)
        emit_flow(sk, &conn, RECORD_FLOW_OPENED, old);
    else
        emit_begun(sk, &conn);
}

/*
 * In close(2) or shutdown(2): the process that finishes an accepted socket is the one that served it, which
 * behind a pre-forking server is not the one that called listen(2). MPTCP closes subflows from a worker.
 */
static __always_inline void on_finish(struct sock *sk) {
    struct conn *conn = open_conn(sk);

    if (!conn || conn->role != ROLE_SERVER || in_kernel_thread())
        return;
    conn->v1_cgroup_id = current_v1_cgroup_id();
    read_current(&conn->pid, conn->comm);
}

static __always_inline void on_close(struct sock *sk, int old) {
    sock_ref_t key = (sock_ref_t)sk;
    struct conn *conn = open_conn(sk);

    /* Two CPUs that take a third ACK and the data behind it each make a child: the one that lost. Only with
     * Fast Open does a child that was not established have data. */
    if (!conn && old == TCP_STATE_SYN_RECV && !BPF_CORE_READ((struct tcp_sock *)sk, bytes_received))
        return;
    emit_flow(sk, conn, RECORD_FLOW_CLOSED, old);
    if (!conn)
        return;
    if (tracepoints_preempt)
        conn->flags |= CONN_CLOSED;
    else
        bpf_map_delete_elem(&conns, &key);
}

/* Of changes that matter. */
static __always_inline void on_change(struct sock *sk, int old, int new) {
    if (new == TCP_STATE_FIN_WAIT1 || new == TCP_STATE_LAST_ACK)
        on_finish(sk);
    else if (!is_tcp(sk))
        return;
    else if (new == TCP_STATE_SYN_SENT)
        on_connect(sk);
    else if (new == TCP_STATE_ESTABLISHED)
        on_established(sk, old);
    else if (new == TCP_STATE_LISTEN)
        on_listen(sk);
    else if (old == TCP_STATE_LISTEN)
        on_unlisten(sk);
    else
        on_close(sk, old);
}

static __always_inline int on_state(struct bpf_raw_tracepoint_args *ctx) {
    struct sock *sk = (struct sock *)ctx->args[0];
    int old = ctx->args[1];
    int new = ctx->args[2];
    struct progress *own;

    if (!is_followed(old, new))
        return 0;
    own = own_progress();
    if (!own)
        return 0;
    own->running++;
    note_seen(own, change_of(sk, old, new));
    if (matters(old, new))
        on_change(sk, old, new);
    own->running--;
    return 0;
}

/* Written out twice: the call of a body in common costs 2 % of the run. */
SEC("raw_tp/inet_sock_set_state")
int tcp_state(struct bpf_raw_tracepoint_args *ctx) {
    return on_state(ctx);
}

SEC("raw_tp/inet_sock_set_state")
int tcp_state_np(struct bpf_raw_tracepoint_args *ctx) {
    bpf_preempt_disable();
    on_state(ctx);
    end_unpreempted();
    return 0;
}

/* Each is met by every program that the kernel does not skip. */
static __always_inline bool is_missed(struct bpf_raw_tracepoint_args *ctx, bool is_last) {
    int old = ctx->args[1];
    int new = ctx->args[2];
    struct progress *own;

    if (!is_followed(old, new))
        return false;
    own = own_progress();
    return own && !was_seen(own, change_of((struct sock *)ctx->args[0], old, new), is_last);
}

static __noinline int take_over(struct bpf_raw_tracepoint_args *ctx, bool is_last) {
    struct sock *sk = (struct sock *)ctx->args[0];
    int old = ctx->args[1];
    int new = ctx->args[2];
    struct progress *own = own_progress();

    if (!own)
        return 0;
    if (tracepoints_preempt)
        count_loss(LOSS_CHANGES_TAKEN_OVER);
    if (!is_last)
        note_seen(own, change_of(sk, old, new));
    if (matters(old, new) && !is_applied(sk, old, new, own->running))
        on_change(sk, old, new);
    return 0;
}

/*
 * Attached behind tcp_state. The kernel skips a program that is running on the same processor already, so
 * tcp_state misses what a softirq does in the middle of it; this one then runs in its place.
 */
SEC("raw_tp/inet_sock_set_state")
int tcp_state_again(struct bpf_raw_tracepoint_args *ctx) {
    return is_missed(ctx, true) ? take_over(ctx, true) : 0;
}

/*
 * Where tasks come in between too. One that has to wait at the very beginning or end of a program keeps it
 * from all others on the processor meanwhile, so that there are more of them.
 */
#define TAKES_OVER(name, is_last)                                                                            \
    SEC("raw_tp/inet_sock_set_state") int name##_np(struct bpf_raw_tracepoint_args *ctx) {                   \
        bool missed = is_missed(ctx, is_last);                                                               \
        bool forgets = is_last && is_close(ctx);                                                             \
                                                                                                             \
        if (!missed && !forgets)                                                                             \
            return 0;                                                                                        \
        bpf_preempt_disable();                                                                               \
        if (missed)                                                                                          \
            take_over(ctx, is_last);                                                                         \
        if (forgets)                                                                                         \
            forget_closed(ctx->args[0]);                                                                     \
        end_unpreempted();                                                                                   \
        return 0;                                                                                            \
    }

TAKES_OVER(tcp_state_again, false)
TAKES_OVER(tcp_state_third, false)
TAKES_OVER(tcp_state_fourth, true)

/*
 * Global, so that the verifier looks at it once: 5.10 and 6.1 give up on the loop around it otherwise. A
 * socket may close, and its memory may become another socket, at any moment, so the entry has to be the same
 * after the reading as before.
 */
__noinline int read_slot(__u32 index) {
    struct snapshot_slot *slot = bpf_map_lookup_elem(&snapshot_slots, &index);

    if (!slot || !slot->sock)
        return 0;
    sock_ref_t key = slot->sock;
    struct sock *sk = (struct sock *)key;
    struct conn *conn = open_conn(sk);

    slot->sock = 0;
    if (!conn)
        return 0;
    write_header(&slot->flow.header, RECORD_FLOW_ACTIVE, sizeof(slot->flow));
    read_tcp(&slot->flow, sk, conn);
    slot->flow.state = BPF_CORE_READ(sk, __sk_common.skc_state);
    slot->flow.old_state = slot->flow.state;
    conn = open_conn(sk);
    if (conn && conn->opened_ns == slot->flow.opened_ns)
        slot->sock = key;
    return 0;
}

/* Never attached: user space puts sockets into the slots and runs it. */
SEC("raw_tp")
int tcp_snapshot(void *ctx) {
    for (__u32 i = 0; i < SNAPSHOT_BATCH; i++)
        read_slot(i);
    return 0;
}
