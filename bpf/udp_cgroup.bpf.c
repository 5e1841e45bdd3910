// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * UDP by programs on the root cgroup, which every kernel has: every packet of every socket runs them, so that
 * what is not UDP is told first.
 */
#include "kernel.h"
#include "udp.h"
#include "udp_nat.h"

#define ETH_P_IP 0x0800

struct ipv4_header {
    __u8 version_and_length; /* in words of 4 bytes */
    __u8 before_protocol[8];
    __u8 protocol;
    __be16 checksum;
    __be32 source;
    __be32 dest;
};

struct ipv6_header {
    __u8 before_protocol[6];
    __u8 protocol;
    __u8 hops;
    __u8 source[16];
    __u8 dest[16];
};

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The kernel's packet behind the context, for what the context does not have. */
static __always_inline struct sock *socket_of(struct __sk_buff *skb) {
    return BPF_CORE_READ((struct sk_buff *)skb, sk);
}

static __always_inline bool is_dead(struct sock *sk) {
    unsigned long flags = BPF_CORE_READ(sk, __sk_common.skc_flags);

    return (flags >> bpf_core_enum_value(enum sock_flags, SOCK_DEAD)) & 1;
}

/* Where the UDP header begins behind extension headers, 0 when it is no UDP socket's packet. */
static __always_inline __u32 behind_extensions(struct __sk_buff *skb) {
    struct sk_buff *packet = (struct sk_buff *)skb;

    if (!is_udp_socket(socket_of(skb)))
        return 0;
    return BPF_CORE_READ(packet, transport_header) - BPF_CORE_READ(packet, network_header);
}

/* Addresses and family of the key; returns where the UDP header begins, 0 when there is none. */
static __always_inline __u32 read_network(struct udp_key *key, struct __sk_buff *skb, __u32 way) {
    void *data = (void *)(long)skb->data;
    void *end = (void *)(long)skb->data_end;

    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        struct ipv4_header *ip = data;

        if ((void *)(ip + 1) > end) {
            count_loss(UDP_LOSS_HEADERS, 1);
            return 0;
        }
        if (ip->protocol != PROTOCOL_UDP)
            return 0;
        __builtin_memset(key->source, 0, sizeof(key->source));
        __builtin_memset(key->dest, 0, sizeof(key->dest));
        __builtin_memcpy(key->source, way == UDP_SENT ? &ip->source : &ip->dest, sizeof(ip->source));
        __builtin_memcpy(key->dest, way == UDP_SENT ? &ip->dest : &ip->source, sizeof(ip->dest));
        key->family = FAMILY_IPV4;
        return (ip->version_and_length & 0xf) * 4;
    }
    struct ipv6_header *ip = data;

    if ((void *)(ip + 1) > end) {
        count_loss(UDP_LOSS_HEADERS, 1);
        return 0;
    }
    if (ip->protocol == PROTOCOL_TCP)
        return 0;
    __builtin_memcpy(key->source, way == UDP_SENT ? ip->source : ip->dest, sizeof(key->source));
    __builtin_memcpy(key->dest, way == UDP_SENT ? ip->dest : ip->source, sizeof(key->dest));
    key->family = FAMILY_IPV6;
    return ip->protocol == PROTOCOL_UDP ? sizeof(*ip) : behind_extensions(skb);
}

static __always_inline bool read_ports(struct udp_key *key, struct __sk_buff *skb, __u32 offset, __u32 way) {
    __be16 ports[2];

    if (bpf_skb_load_bytes(skb, offset, ports, sizeof(ports)))
        return false;
    key->source_port = bpf_ntohs(ports[way == UDP_SENT ? 0 : 1]);
    key->dest_port = bpf_ntohs(ports[way == UDP_SENT ? 1 : 0]);
    return true;
}

static __always_inline bool count(struct __sk_buff *skb, const struct udp_key *key, __u32 way, __u64 bytes,
                                  __u32 packets) {
    void *table = current_table();
    struct udp_count *count;

    if (!table)
        return false;
    count = bpf_map_lookup_elem(table, key);
    if (!count) {
        struct sock *sk = socket_of(skb);

        if (!is_udp_socket(sk))
            return false;
        count = begin(table, key, sk, way);
    }
    if (!count) {
        count_loss(UDP_LOSS_FULL, packets);
        return false;
    }
    add(count, way, bytes, packets);
    return true;
}

/* Behind the firewall and NAT, in sendmsg(2). */
SEC("cgroup_skb/egress")
int udp_egress(struct __sk_buff *skb) {
    struct udp_key key;
    __u32 offset = read_network(&key, skb, UDP_SENT);
    __u64 bytes;

    if (!offset)
        return 1;
    bytes = skb->len - offset - UDP_HEADER_LEN;
    if (!read_ports(&key, skb, offset, UDP_SENT)) {
        count_loss(UDP_LOSS_HEADERS, 1);
        return 1;
    }
    key.socket = bpf_get_socket_cookie(skb);
    undo_nat(&key, skb);
    count(skb, &key, UDP_SENT, bytes, packets_in(bytes, skb->gso_segs, skb->gso_size));
    return 1;
}

/* udp_fail_queue_rcv_skb tells of IPv6 only since 8139dccd464a (v6.5); its members are of v6.10. */
static __always_inline bool may_drop_silently(const struct udp_key *key) {
    return key->family == FAMILY_IPV6 &&
           !bpf_core_field_exists(struct trace_event_raw_udp_fail_queue_rcv_skb, family);
}

/* In softirq, which nothing preempts, before the socket's own filter and its receive buffer. */
SEC("cgroup_skb/ingress")
int udp_ingress(struct __sk_buff *skb) {
    struct udp_last *last = last_of(UDP_RECEIVED);
    __u32 offset, packets;
    __u64 bytes;

    if (!last)
        return 1;
    last->begin_mark = 0;
    offset = read_network(&last->key, skb, UDP_RECEIVED);
    if (!offset)
        return 1;
    bytes = skb->len - offset - UDP_HEADER_LEN;
    packets = packets_in(bytes, skb->gso_segs, skb->gso_size);
    if (!read_ports(&last->key, skb, offset, UDP_RECEIVED)) {
        count_loss(UDP_LOSS_HEADERS, 1);
        return 1;
    }
    last->key.socket = bpf_get_socket_cookie(skb);
    if (!count(skb, &last->key, UDP_RECEIVED, bytes, packets))
        return 1;
    last->bytes = bytes;
    last->packets = packets;
    if (may_drop_silently(&last->key)) {
        last->sock = (__u64)socket_of(skb);
        last->begin_mark = (__u64)skb;
    } else {
        last->begin_mark = last->key.socket;
    }
    last->end_mark = last->begin_mark;
    return 1;
}

/* Right behind udp_ingress on the same CPU: the receive buffer was full. */
SEC("raw_tp/udp_fail_queue_rcv_skb")
int udp_drop(struct bpf_raw_tracepoint_args *ctx) {
    struct sock *sk = (struct sock *)ctx->args[1];
    struct udp_last *last = recall(UDP_RECEIVED, BPF_CORE_READ(sk, __sk_common.skc_cookie.counter));

    if (!last)
        return 0;
    last->sock = (__u64)sk;
    take_back(last, UDP_RECEIVED);
    return 0;
}

/*
 * The same where udp_drop is not told: the packet is freed. Not when it was delivered and then freed unread
 * with its socket, nor when its memory has become another packet that met another end; before Linux 5.18
 * nothing but the pointer tells the latter.
 */
SEC("raw_tp/kfree_skb")
int udp_free(struct bpf_raw_tracepoint_args *ctx) {
    struct udp_last *last = recall(UDP_RECEIVED, ctx->args[0]);

    if (!last || !may_drop_silently(&last->key) || is_dead((struct sock *)last->sock))
        return 0;
    if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_PROTO_MEM) &&
        ctx->args[2] != bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_SOCKET_RCVBUFF) &&
        ctx->args[2] != bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_PROTO_MEM))
        return 0;
    take_back(last, UDP_RECEIVED);
    return 0;
}
