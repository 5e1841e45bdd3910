/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a TCP socket into a record: shared by the state hook and the snapshot. */
#ifndef SYSPROBE_TCP_READ_H
#define SYSPROBE_TCP_READ_H

#include <bpf/bpf_endian.h>

#include "compat.h"
#include "events.h"
#include "maps.h"

/* struct sock_common, read whole: one probe read costs as much as the single field it would be spent on. */
struct common {
    __u8 bytes[144];
};

#define COMMON(common, field, type)                                                                          \
    (*(type *)((common)->bytes + bpf_core_field_offset(struct sock_common, field)))

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

static __always_inline void read_common(struct common *common, struct sock *sk) {
    bpf_probe_read_kernel(common, sizeof(*common), sk);
}

struct ipv6_bytes {
    __be32 words[4];
};

static __always_inline bool is_v4_mapped(const struct ipv6_bytes *address) {
    return address->words[0] == 0 && address->words[1] == 0 && address->words[2] == bpf_htonl(0xffff);
}

static __always_inline void write_v4(__u8 *address, __be32 v4) {
    __builtin_memset(address, 0, ADDRESS_LEN);
    __builtin_memcpy(address, &v4, sizeof(v4));
}

/*
 * The local port comes from inet_sport: skc_num is already 0 when an auto-bound or accepted socket closes.
 * An IPv6 socket that talks IPv4 keeps v4-mapped addresses.
 */
static __always_inline void read_ends(struct tcp_ends *ends, const struct common *common, struct sock *sk) {
    ends->family = COMMON(common, skc_family, __u16);
    ends->source_port = bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
    ends->dest_port = bpf_ntohs(COMMON(common, skc_dport, __be16));
    if (ends->family == FAMILY_IPV6) {
        struct ipv6_bytes source = COMMON(common, skc_v6_rcv_saddr, struct ipv6_bytes);
        struct ipv6_bytes dest = COMMON(common, skc_v6_daddr, struct ipv6_bytes);

        if (!is_v4_mapped(&dest) && !is_v4_mapped(&source)) {
            __builtin_memcpy(ends->source, &source, sizeof(source));
            __builtin_memcpy(ends->dest, &dest, sizeof(dest));
            return;
        }
        ends->family = FAMILY_IPV4;
        write_v4(ends->source, source.words[3]);
        write_v4(ends->dest, dest.words[3]);
        return;
    }
    write_v4(ends->source, COMMON(common, skc_rcv_saddr, __be32));
    write_v4(ends->dest, COMMON(common, skc_daddr, __be32));
}

/*
 * Some members of tcp_sock lie close together, others on each kernel. One probe read takes the stretch behind
 * `first`; a member that is in it, and aligned in it as the verifier wants, comes from there, any other is
 * read by itself. Offsets are known at load, so that the verifier drops what does not apply.
 */
struct stretch {
    __u8 bytes[104];
} __attribute__((aligned(8)));

#define TCP_OFFSET(member) ((__u64)bpf_core_field_offset(struct tcp_sock, member))

#define READ_STRETCH(stretch, tp, first)                                                                     \
    bpf_probe_read_kernel(&(stretch), sizeof(stretch), (void *)(tp) + TCP_OFFSET(first))

#define FROM_STRETCH(stretch, tp, first, member)                                                             \
    ({                                                                                                       \
        typeof(((struct tcp_sock *)0)->member) value;                                                        \
        __u64 at = TCP_OFFSET(member) - TCP_OFFSET(first);                                                   \
                                                                                                             \
        if (at <= sizeof(stretch) - sizeof(value) && at % sizeof(value) == 0)                                \
            value = *(typeof(value) *)((stretch).bytes + at);                                                \
        else                                                                                                 \
            value = BPF_CORE_READ(tp, member);                                                               \
        value;                                                                                               \
    })

/*
 * Exact on every kernel tried (docs/accounting.md): bytes_sent counts retransmitted payload again, and
 * bytes_received counts the peer's FIN as one byte, which SOCK_DONE tells.
 */
static __always_inline void read_counters(struct flow_record *record, const struct common *common,
                                          struct sock *sk) {
    struct tcp_sock *tp = (struct tcp_sock *)sk;
    __u64 flags = COMMON(common, skc_flags, unsigned long);
    __u64 fin = (flags >> bpf_core_enum_value(enum sock_flags, SOCK_DONE)) & 1;
    struct stretch stretch;
    __u64 received;

    READ_STRETCH(stretch, tp, lost);
    record->lost_packets = FROM_STRETCH(stretch, tp, lost, lost);
    record->packets_sent = FROM_STRETCH(stretch, tp, lost, segs_out);
    record->rtt_var_us = FROM_STRETCH(stretch, tp, lost, mdev_us) >> 2;
    record->sent = FROM_STRETCH(stretch, tp, lost, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
    READ_STRETCH(stretch, tp, srtt_us);
    record->rtt_us = FROM_STRETCH(stretch, tp, srtt_us, srtt_us) >> 3;
    record->packets_received = FROM_STRETCH(stretch, tp, srtt_us, segs_in);
    received = FROM_STRETCH(stretch, tp, srtt_us, bytes_received);
    record->received = received >= fin ? received - fin : 0;
    record->retransmits = BPF_CORE_READ(tp, total_retrans);
}

static __always_inline netns_t read_netns(const struct common *common) {
    struct net *net = COMMON(common, skc_net, struct net *);

    return BPF_CORE_READ(net, ns.inum);
}

/* Everything but header and states. `conn` may be NULL: the socket is older than the probe. */
static __always_inline void read_tcp(struct flow_record *record, struct sock *sk, const struct conn *conn) {
    struct common common;
    struct tcp_ends ends;

    read_common(&common, sk);
    read_ends(&ends, &common, sk);
    record->family = ends.family;
    record->source_port = ends.source_port;
    record->dest_port = ends.dest_port;
    __builtin_memcpy(record->source, ends.source, sizeof(record->source));
    __builtin_memcpy(record->dest, ends.dest, sizeof(record->dest));
    read_counters(record, &common, sk);
    record->sock = (sock_ref_t)sk;
    record->cookie = COMMON(&common, skc_cookie, __u64);
    record->netns = read_netns(&common);
    record->error = BPF_CORE_READ(sk, sk_err);
    record->protocol = PROTOCOL_TCP;
    if (conn) {
        record->opened_ns = conn->opened_ns;
        record->established_ns = conn->established_ns;
        record->pid = conn->pid;
        record->opened_cpu = conn->opened_cpu;
        record->cgroup_id = cgroup_v1 ? conn->v1_cgroup_id : sock_cgroup_id(sk);
        record->role = conn->role;
        record->flags = conn->flags;
        __builtin_memcpy(record->comm, conn->comm, sizeof(record->comm));
    } else {
        record->opened_ns = 0;
        record->established_ns = 0;
        record->pid = 0;
        record->opened_cpu = 0;
        record->cgroup_id = cgroup_v1 ? 0 : sock_cgroup_id(sk);
        record->role = ROLE_UNKNOWN;
        record->flags = 0;
        __builtin_memset(record->comm, 0, sizeof(record->comm));
    }
}

#endif
