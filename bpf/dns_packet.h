/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds the ports of a packet and what it carries, with as little as can be spent on one that is not DNS. */
#ifndef SYSPROBE_DNS_PACKET_H
#define SYSPROBE_DNS_PACKET_H

#include <bpf/bpf_endian.h>

#include "events.h"
#include "kernel.h"

#define ETH_P_IP 0x0800
#define IPV4_PROTOCOL 9
#define IPV4_SOURCE 12
#define IPV4_HEADER_LEN 20
#define IPV6_PROTOCOL 6
#define IPV6_SOURCE 8
#define IPV6_HEADER_LEN 40
#define UDP_HEADER_LEN 8
#define TCP_SEQ 4
#define TCP_OFFSET 12
#define TCP_FLAGS 13
#define TCP_FLAG_FIN 1
#define TCP_FLAG_RST 4

struct dns_packet {
    __u32 transport; /* where its header begins */
    __u8 family;     /* enum address_family */
    __u8 protocol;   /* enum ip_protocol */
    port_t source_port;
    port_t dest_port;
    __u16 pad;
};

/* The kernel's packet behind the context, for what the context does not have. */
static __always_inline struct sock *socket_of(struct __sk_buff *skb) {
    return BPF_CORE_READ((struct sk_buff *)skb, sk);
}

static __always_inline bool has_ports(__u8 protocol) {
    return protocol == PROTOCOL_UDP || protocol == PROTOCOL_TCP;
}

/* Behind extension headers the socket tells the protocol, and the kernel has found where its header begins.
 */
static __always_inline bool read_behind_extensions(struct dns_packet *packet, struct __sk_buff *skb) {
    struct sk_buff *kernel = (struct sk_buff *)skb;

    packet->protocol = BPF_CORE_READ(socket_of(skb), sk_protocol);
    packet->transport = BPF_CORE_READ(kernel, transport_header) - BPF_CORE_READ(kernel, network_header);
    return has_ports(packet->protocol);
}

/* A datagram is whole here, whatever fragments it came or will leave in. */
static __always_inline bool read_network(struct dns_packet *packet, struct __sk_buff *skb) {
    __u8 *data = (void *)(long)skb->data;
    __u8 *end = (void *)(long)skb->data_end;

    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        if (data + IPV4_HEADER_LEN > end)
            return false;
        packet->family = FAMILY_IPV4;
        packet->protocol = data[IPV4_PROTOCOL];
        packet->transport = (data[0] & 0xf) * 4;
        return has_ports(packet->protocol);
    }
    if (data + IPV6_HEADER_LEN > end)
        return false;
    packet->family = FAMILY_IPV6;
    packet->protocol = data[IPV6_PROTOCOL];
    packet->transport = IPV6_HEADER_LEN;
    return has_ports(packet->protocol) || read_behind_extensions(packet, skb);
}

static __always_inline bool read_ports(struct dns_packet *packet, struct __sk_buff *skb) {
    __u8 *data = (void *)(long)skb->data;
    __u8 *end = (void *)(long)skb->data_end;
    __u32 transport = packet->transport & 0xff;
    __be16 ports[2];

    if (data + transport + sizeof(ports) <= end)
        __builtin_memcpy(ports, data + transport, sizeof(ports));
    else if (bpf_skb_load_bytes(skb, packet->transport, ports, sizeof(ports)))
        return false;
    packet->source_port = bpf_ntohs(ports[0]);
    packet->dest_port = bpf_ntohs(ports[1]);
    return true;
}

#endif
