/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a TCP socket into a record: shared by the state hook and the snapshot. */
#ifndef SYSPROBE_TCP_READ_H
#define SYSPROBE_TCP_READ_H

#include <bpf/bpf_endian.h>

#include "compat.h"
#include "events.h"
#include "maps.h"

struct tcp_ends {
    __u16 family;
    port_t source_port;
    port_t dest_port;
    __u16 pad;
    address_t source;
    address_t dest;
};

/* sk_protocol is compared whole: MPTCP is 262, whose low byte is 6 too, and its socket is no tcp_sock. */
static __always_inline bool is_tcp(struct sock *sk) {
    return BPF_CORE_READ(sk, sk_protocol) == PROTOCOL_TCP;
}

static __always_inline bool is_v4_mapped(const __be32 *words) {
    return words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);
}

/*
 * The local port comes from inet_sport: skc_num is already 0 when an auto-bound or accepted socket closes.
 * An IPv6 socket that talks IPv4 keeps v4-mapped addresses, so it is told apart by its peer.
 */
static __always_inline void read_ends(struct tcp_ends *ends, struct sock *sk) {
    ends->family = BPF_CORE_READ(sk, __sk_common.skc_family);
    ends->source_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
    ends->dest_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
    if (ends->family == FAMILY_IPV6) {
        __be32 source[4], dest[4];

        BPF_CORE_READ_INTO(&source, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32);
        BPF_CORE_READ_INTO(&dest, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
        if (!is_v4_mapped(dest) && !is_v4_mapped(source)) {
            __builtin_memcpy(ends->source, source, sizeof(source));
            __builtin_memcpy(ends->dest, dest, sizeof(dest));
            return;
        }
        ends->family = FAMILY_IPV4;
        __builtin_memset(ends->source, 0, sizeof(ends->source));
        __builtin_memset(ends->dest, 0, sizeof(ends->dest));
        __builtin_memcpy(ends->source, &source[3], sizeof(__be32));
        __builtin_memcpy(ends->dest, &dest[3], sizeof(__be32));
        return;
    }
    __be32 source = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
    __be32 dest = BPF_CORE_READ(sk, __sk_common.skc_daddr);

    __builtin_memset(ends->source, 0, sizeof(ends->source));
    __builtin_memset(ends->dest, 0, sizeof(ends->dest));
    __builtin_memcpy(ends->source, &source, sizeof(source));
    __builtin_memcpy(ends->dest, &dest, sizeof(dest));
}

/*
 * Exact on every kernel tried (docs/accounting.md): bytes_sent counts retransmitted payload again, and
 * bytes_received counts the peer's FIN as one byte, which SOCK_DONE tells.
 */
static __always_inline void read_counters(struct flow_record *record, struct sock *sk) {
    struct tcp_sock *tp = (struct tcp_sock *)sk;
    __u64 flags = BPF_CORE_READ(sk, __sk_common.skc_flags);
    __u64 received = BPF_CORE_READ(tp, bytes_received);
    __u64 fin = (flags >> bpf_core_enum_value(enum sock_flags, SOCK_DONE)) & 1;

    record->sent = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
    record->received = received >= fin ? received - fin : 0;
    record->packets_sent = BPF_CORE_READ(tp, segs_out);
    record->packets_received = BPF_CORE_READ(tp, segs_in);
    record->retransmits = BPF_CORE_READ(tp, total_retrans);
    record->lost_packets = BPF_CORE_READ(tp, lost);
    record->rtt_us = BPF_CORE_READ(tp, srtt_us) >> 3;
    record->rtt_var_us = BPF_CORE_READ(tp, mdev_us) >> 2;
}

static __always_inline netns_t read_netns(struct sock *sk) {
    return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* Everything but header and states. `conn` may be NULL: the socket is older than the probe. */
static __always_inline void read_tcp(struct flow_record *record, struct sock *sk, const struct conn *conn) {
    struct tcp_ends ends;

    read_ends(&ends, sk);
    record->family = ends.family;
    record->source_port = ends.source_port;
    record->dest_port = ends.dest_port;
    __builtin_memcpy(record->source, ends.source, sizeof(record->source));
    __builtin_memcpy(record->dest, ends.dest, sizeof(record->dest));
    read_counters(record, sk);
    record->sock = (sock_ref_t)sk;
    record->cgroup_id = sock_cgroup_id(sk);
    record->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
    record->netns = read_netns(sk);
    record->error = BPF_CORE_READ(sk, sk_err);
    record->protocol = PROTOCOL_TCP;
    if (conn) {
        record->opened_ns = conn->opened_ns;
        record->established_ns = conn->established_ns;
        record->pid = conn->pid;
        record->opened_cpu = conn->opened_cpu;
        record->role = conn->role;
        record->flags = conn->flags;
        __builtin_memcpy(record->comm, conn->comm, sizeof(record->comm));
    } else {
        record->opened_ns = 0;
        record->established_ns = 0;
        record->pid = 0;
        record->opened_cpu = 0;
        record->role = ROLE_UNKNOWN;
        record->flags = 0;
        __builtin_memset(record->comm, 0, sizeof(record->comm));
    }
}

#endif
