// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * UDP by fentry and fexit on what only UDP runs: no TCP data packet meets a program. ip_send_skb and
 * ip6_send_skb are where a datagram, whole and with its headers, leaves the socket;
 * __udp_enqueue_schedule_skb is where one reaches it. Not by kprobes on the same functions: while any other
 * program runs on a CPU the kernel skips those, without a count before Linux 6.7, and reading a map from user
 * space is enough for that.
 */
#include "kernel.h"
#include "udp.h"

#define EPERM 1
#define ETH_P_IP 0x0800

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline __u64 payload_sent(struct sk_buff *skb) {
    return skb->len - (skb->transport_header - skb->network_header) - UDP_HEADER_LEN;
}

static __always_inline __u32 packets_of(struct sk_buff *skb, __u64 bytes) {
    void *shared = skb->head + skb->end;
    struct skb_shared_info *info = shared;

    return packets_in(bytes, BPF_CORE_READ(info, gso_segs), BPF_CORE_READ(info, gso_size));
}

static __always_inline bool read_ends(struct udp_key *key, struct sk_buff *skb, __u32 family, __u32 way) {
    unsigned char *network = skb->head + skb->network_header;
    unsigned char *transport = skb->head + skb->transport_header;
    struct {
        __u8 source[ADDRESS_LEN];
        __u8 dest[ADDRESS_LEN];
    } from = {};
    __be16 ports[2];
    long failed = bpf_probe_read_kernel(ports, sizeof(ports), transport);

    if (family == FAMILY_IPV4) {
        failed |= bpf_probe_read_kernel(from.source, 4, network + 12);
        failed |= bpf_probe_read_kernel(from.dest, 4, network + 16);
    } else {
        failed |= bpf_probe_read_kernel(&from, sizeof(from), network + 8);
    }
    if (failed)
        return false;
    __builtin_memcpy(key->source, way == UDP_SENT ? from.source : from.dest, sizeof(key->source));
    __builtin_memcpy(key->dest, way == UDP_SENT ? from.dest : from.source, sizeof(key->dest));
    key->source_port = bpf_ntohs(ports[way == UDP_SENT ? 0 : 1]);
    key->dest_port = bpf_ntohs(ports[way == UDP_SENT ? 1 : 0]);
    key->family = family;
    return true;
}

static __always_inline void remember(const struct udp_key *key, struct sk_buff *skb, struct sock *sk,
                                     __u32 way, __u64 bytes, __u32 packets) {
    struct udp_last *last = last_of(way);

    if (!last)
        return;
    last->begin_mark = (__u64)skb;
    barrier();
    last->key = *key;
    last->sock = (__u64)sk;
    last->bytes = bytes;
    last->packets = packets;
    barrier();
    last->end_mark = (__u64)skb;
}

static __always_inline void count(struct sk_buff *skb, struct sock *sk, __u32 way, __u32 family,
                                  __u64 bytes) {
    void *table = current_table();
    struct udp_key key;
    struct udp_count *count;
    __u32 packets = packets_of(skb, bytes);

    if (!table)
        return;
    if (!read_ends(&key, skb, family, way)) {
        count_loss(UDP_LOSS_HEADERS, packets);
        return;
    }
    key.socket = inode_of(sk);
    count = bpf_map_lookup_elem(table, &key);
    if (!count)
        count = begin(table, &key, sk, way);
    if (!count) {
        count_loss(UDP_LOSS_FULL, packets);
        return;
    }
    add(count, way, bytes, packets);
    remember(&key, skb, sk, way, bytes, packets);
}

static __always_inline bool is_udp(struct sock *sk) {
    return sk->sk_protocol == PROTOCOL_UDP && sk->sk_type == SOCK_DGRAM;
}

static __always_inline int on_send(struct sk_buff *skb, __u32 family) {
    struct sock *sk = skb->sk;

    if (sk && is_udp(sk))
        count(skb, sk, UDP_SENT, family, payload_sent(skb));
    return 0;
}

/* The firewall may refuse it, which sendmsg(2) then returns. The packet is gone: its address is all that is
 * left. */
static __always_inline int on_sent(__u64 skb, int error) {
    struct udp_last *last;

    if (error != -EPERM)
        return 0;
    last = recall(UDP_SENT, skb);
    if (last)
        take_back(last, UDP_SENT);
    else
        count_loss(UDP_LOSS_UNSETTLED, 1);
    return 0;
}

SEC("fentry/ip_send_skb")
int udp_send_ipv4(__u64 *ctx) {
    return on_send((struct sk_buff *)ctx[1], FAMILY_IPV4);
}

SEC("fexit/ip_send_skb")
int udp_sent_ipv4(__u64 *ctx) {
    return on_sent(ctx[1], ctx[2]);
}

SEC("fentry/ip6_send_skb")
int udp_send_ipv6(__u64 *ctx) {
    return on_send((struct sk_buff *)ctx[0], FAMILY_IPV6);
}

SEC("fexit/ip6_send_skb")
int udp_sent_ipv6(__u64 *ctx) {
    return on_sent(ctx[0], ctx[1]);
}

/* In softirq: behind the socket's filter, before its receive buffer. The UDP header is already pulled off. */
SEC("fentry/__udp_enqueue_schedule_skb")
int udp_receive(__u64 *ctx) {
    struct sock *sk = (struct sock *)ctx[0];
    struct sk_buff *skb = (struct sk_buff *)ctx[1];

    if (is_udp(sk))
        count(skb, sk, UDP_RECEIVED, skb->protocol == bpf_htons(ETH_P_IP) ? FAMILY_IPV4 : FAMILY_IPV6,
              skb->len);
    return 0;
}

/* The receive buffer was full. */
SEC("fexit/__udp_enqueue_schedule_skb")
int udp_received(__u64 *ctx) {
    struct udp_last *last;

    if ((int)ctx[2] == 0)
        return 0;
    last = recall(UDP_RECEIVED, ctx[1]);
    if (last)
        take_back(last, UDP_RECEIVED);
    return 0;
}
