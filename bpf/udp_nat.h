/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ends of a sent packet as its socket knows them, where NAT in its own namespace has changed them. */
#ifndef SYSPROBE_UDP_NAT_H
#define SYSPROBE_UDP_NAT_H

#include <bpf/bpf_endian.h>

#include "events.h"
#include "kernel.h"

#define NFCT_INFO_MASK 7UL
/* From here on the packet goes against the direction of the connection's first (enum ip_conntrack_info). */
#define NFCT_INFO_REPLY 3
#define NFCT_STATUS_NAT 0x30 /* IPS_NAT_MASK */

#define READ_TUPLE(key, ct, direction)                                                                       \
    ({                                                                                                       \
        BPF_CORE_READ_INTO(&(key)->source, ct, tuplehash[direction].tuple.src.u3);                           \
        BPF_CORE_READ_INTO(&(key)->dest, ct, tuplehash[direction].tuple.dst.u3);                             \
        (key)->source_port = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[direction].tuple.src.u.all));             \
        (key)->dest_port = bpf_ntohs(BPF_CORE_READ(ct, tuplehash[direction].tuple.dst.u.all));               \
    })

/*
 * Connection tracking keeps the ends of each direction as its first packet had them: an IPv4 address in the
 * first four bytes, the others zero. Where it is a module that is loaded after the probe, its types are not
 * known: then a conversation that is translated in its own namespace is seen as two, one each way.
 */
static __always_inline void undo_nat(struct udp_key *key, struct __sk_buff *skb) {
    unsigned long nfct;
    struct nf_conn *ct;

    if (!bpf_core_type_exists(struct nf_conn))
        return;
    nfct = BPF_CORE_READ((struct sk_buff *)skb, _nfct);
    ct = (struct nf_conn *)(nfct & ~NFCT_INFO_MASK);
    if (!ct || !(BPF_CORE_READ(ct, status) & NFCT_STATUS_NAT))
        return;
    if ((nfct & NFCT_INFO_MASK) < NFCT_INFO_REPLY)
        READ_TUPLE(key, ct, 0);
    else
        READ_TUPLE(key, ct, 1);
}

#endif
