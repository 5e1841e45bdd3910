// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * DNS as the asking socket sees it: its queries as they leave, the answers as they come. Programs on the root
 * cgroup see the packets of every socket in every network namespace, which no packet socket does; but they
 * meet all other packets too, so that these are told first.
 */
#include "dns_asker.h"
#include "dns_packet.h"
#include "events.h"
#include "kernel.h"
#include "report.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Of one segment; what is behind them is told by its length. */
#define MAX_PARTS 4

static __always_inline bool is_connected_to_dns(struct bpf_sock *sk) {
    return sk && is_dns_port(bpf_ntohs(sk->dst_port));
}

/* Its latest sendmsg(2) was for a server of names, and NAT has changed the port since. */
static __always_inline struct dns_asker *asker_of(struct bpf_sock *sk) {
    if (!sk)
        return NULL;
    sk = bpf_sk_fullsock(sk);
    return sk ? bpf_sk_storage_get(&askers, sk, NULL, 0) : NULL;
}

/* This side's end from the packet; the server's from who knows it before NAT: the socket, or its last
 * sendmsg(2). */
static __always_inline bool write_ends(struct dns_record *record, const struct dns_packet *packet,
                                       struct __sk_buff *skb, const struct dns_asker *asker) {
    bool is_ipv4 = packet->family == FAMILY_IPV4;
    __u32 size = is_ipv4 ? 4 : 16;
    __u32 source = is_ipv4 ? IPV4_SOURCE : IPV6_SOURCE;
    __u32 client = record->is_answer ? source + size : source;
    __u32 server = record->is_answer ? source : source + size;
    struct sock *sk = socket_of(skb);
    port_t connected = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));

    record->client_port = record->is_answer ? packet->dest_port : packet->source_port;
    record->server_port = record->is_answer ? packet->source_port : packet->dest_port;
    if (is_ipv4 ? bpf_skb_load_bytes(skb, client, record->client, 4)
                : bpf_skb_load_bytes(skb, client, record->client, 16))
        return false;
    if (connected) {
        record->server_port = connected;
        if (is_ipv4)
            BPF_CORE_READ_INTO((__be32 *)record->server, sk, __sk_common.skc_daddr);
        else
            BPF_CORE_READ_INTO((struct in6_addr *)record->server, sk, __sk_common.skc_v6_daddr);
        return true;
    }
    if (asker && asker->server_port && asker->family == packet->family && !record->is_answer) {
        record->server_port = asker->server_port;
        __builtin_memcpy(record->server, asker->server, sizeof(record->server));
        return true;
    }
    return is_ipv4 ? !bpf_skb_load_bytes(skb, server, record->server, 4)
                   : !bpf_skb_load_bytes(skb, server, record->server, 16);
}

/* A datagram is sent by its sender; a segment may be by whoever acknowledges the one before. */
static __always_inline void write_owner(struct dns_record *record, const struct dns_asker *asker,
                                        struct sock *sk) {
    record->cgroup_id = cgroup_v1 ? 0 : sock_cgroup_id(sk);
    if (record->is_answer)
        return;
    if (record->protocol == PROTOCOL_UDP) {
        read_process(&record->pid, record->comm);
        if (cgroup_v1)
            record->cgroup_id = current_v1_cgroup_id();
    } else if (asker) {
        record->pid = asker->pid;
        __builtin_memcpy(record->comm, asker->comm, sizeof(record->comm));
        if (cgroup_v1)
            record->cgroup_id = asker->v1_cgroup_id;
    }
}

/* `length` is from 1 to `room`, which is a power of two: the mask tells that to the verifier of 5.10. */
static __always_inline long copy(struct __sk_buff *skb, __u32 offset, void *to, __u32 length, __u32 room) {
    __u64 size = length - 1;

    barrier_var(size);
    size &= room - 1;
    return bpf_skb_load_bytes(skb, offset, to, size + 1);
}

static __always_inline void emit(const struct dns_record *head, struct __sk_buff *skb, __u32 offset,
                                 __u32 room) {
    struct dns_record *record = bpf_ringbuf_reserve(&events, sizeof(*record) + room, 0);

    if (!record) {
        count_loss(LOSS_RING_DNS);
        return;
    }
    *record = *head;
    write_header(&record->header, RECORD_DNS, sizeof(*record) + room);
    record->header.at_ns = head->header.at_ns;
    if (head->copied && copy(skb, offset, record + 1, head->copied, room)) {
        bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
        count_loss(LOSS_DNS_UNREAD);
        return;
    }
    submit(record);
}

/* The ring takes no record of a size that the program was not compiled with. */
static __always_inline void emit_part(const struct dns_record *head, struct __sk_buff *skb, __u32 offset) {
    if (head->copied <= 128)
        emit(head, skb, offset, 128);
    else if (head->copied <= 512)
        emit(head, skb, offset, 512);
    else if (head->copied <= 2048)
        emit(head, skb, offset, 2048);
    else
        emit(head, skb, offset, DNS_COPY_MAX);
}

static __always_inline void report_datagram(struct dns_record *record, struct __sk_buff *skb,
                                            __u32 transport) {
    __u32 payload = transport + UDP_HEADER_LEN;

    if (skb->len <= payload)
        return;
    record->length = skb->len - payload;
    record->copied = record->length < DNS_COPY_MAX ? record->length : DNS_COPY_MAX;
    emit_part(record, skb, payload);
}

/* In parts, each with the number of its first byte as if it were a segment; the last one stands for what is
 * left. */
static __always_inline void report_segment(struct dns_record *record, struct __sk_buff *skb,
                                           __u32 transport) {
    __u8 offset_and_flags[2];
    __u32 at, left;
    __be32 seq;

    if (bpf_skb_load_bytes(skb, transport + TCP_SEQ, &seq, sizeof(seq)) ||
        bpf_skb_load_bytes(skb, transport + TCP_OFFSET, offset_and_flags, sizeof(offset_and_flags))) {
        count_loss(LOSS_DNS_UNREAD);
        return;
    }
    at = transport + (offset_and_flags[0] >> 4) * 4;
    left = skb->len > at ? skb->len - at : 0;
    record->ends = (offset_and_flags[1] & (TCP_FLAG_FIN | TCP_FLAG_RST)) != 0;
    record->seq = bpf_ntohl(seq);
    if (!left && !record->ends)
        return;
#pragma clang loop unroll(disable)
    for (int part = 0; part < MAX_PARTS; part++) {
        record->copied = left < DNS_COPY_MAX ? left : DNS_COPY_MAX;
        record->length = part == MAX_PARTS - 1 ? left : record->copied;
        emit_part(record, skb, at);
        record->seq += record->copied;
        at += record->copied;
        left -= record->copied;
        if (!left)
            return;
    }
}

static __always_inline void report(const struct dns_packet *packet, struct __sk_buff *skb, bool is_answer,
                                   const struct dns_asker *asker) {
    struct sock *sk = socket_of(skb);
    struct dns_record record = {
        .header.at_ns = bpf_ktime_get_boot_ns(),
        .cookie = bpf_get_socket_cookie(skb),
        .family = packet->family,
        .protocol = packet->protocol,
        .is_answer = is_answer,
    };
    struct net *net = BPF_CORE_READ(sk, __sk_common.skc_net.net);

    record.netns = BPF_CORE_READ(net, ns.inum);
    write_owner(&record, asker, sk);
    if (!write_ends(&record, packet, skb, asker))
        count_loss(LOSS_DNS_UNREAD);
    else if (packet->protocol == PROTOCOL_UDP)
        report_datagram(&record, skb, packet->transport);
    else
        report_segment(&record, skb, packet->transport);
}

/* Behind the firewall and NAT, which may have sent the packet to another port. */
SEC("cgroup_skb/egress")
int dns_egress(struct __sk_buff *skb) {
    struct dns_packet packet = {};
    struct dns_asker *asker = NULL;
    struct bpf_sock *sk;

    if (!read_network(&packet, skb) || !read_ports(&packet, skb))
        return 1;
    sk = skb->sk;
    if (is_dns_port(packet.dest_port) || is_connected_to_dns(sk)) {
        report(&packet, skb, false, asker_of(sk));
        return 1;
    }
    if (packet.protocol != PROTOCOL_UDP)
        return 1;
    asker = asker_of(sk);
    if (asker && asker->server_port)
        report(&packet, skb, false, asker);
    return 1;
}

/* NAT has given the server its port back. */
SEC("cgroup_skb/ingress")
int dns_ingress(struct __sk_buff *skb) {
    struct dns_packet packet = {};

    if (!read_network(&packet, skb) || !read_ports(&packet, skb))
        return 1;
    if (is_dns_port(packet.source_port) || is_connected_to_dns(skb->sk))
        report(&packet, skb, true, NULL);
    return 1;
}

SEC("cgroup/sendmsg4")
int dns_sendmsg4(struct bpf_sock_addr *ctx) {
    struct dns_asker *asker = asker_at(ctx);

    if (asker)
        write_ipv4(asker, ctx->user_ip4);
    return 1;
}

SEC("cgroup/sendmsg6")
int dns_sendmsg6(struct bpf_sock_addr *ctx) {
    __be32 ip[4] = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]};
    struct dns_asker *asker = asker_at(ctx);

    if (asker)
        write_ipv6(asker, ip);
    return 1;
}

/* Who opens a connection: its segments may leave while another process runs. */
SEC("cgroup/connect4")
int dns_connect4(struct bpf_sock_addr *ctx) {
    struct dns_asker *asker = ctx->protocol == PROTOCOL_TCP ? asker_at(ctx) : NULL;

    if (asker)
        write_process(asker);
    return 1;
}

SEC("cgroup/connect6")
int dns_connect6(struct bpf_sock_addr *ctx) {
    struct dns_asker *asker = ctx->protocol == PROTOCOL_TCP ? asker_at(ctx) : NULL;

    if (asker)
        write_process(asker);
    return 1;
}
