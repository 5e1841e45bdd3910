/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What connect(2) and sendmsg(2) told of a socket that asks: which server the program named, before NAT in
 * its own namespace, and who it is. The kernel frees it with the socket, so that there is nothing to evict.
 */
#ifndef SYSPROBE_DNS_ASKER_H
#define SYSPROBE_DNS_ASKER_H

#include <bpf/bpf_endian.h>

#include "compat.h"
#include "events.h"
#include "kernel.h"

struct dns_asker {
    cgroup_id_t v1_cgroup_id;
    process_t pid;
    port_t server_port; /* 0 = the latest datagram was for something else than a server of names */
    __u8 family;        /* enum address_family */
    __u8 pad;
    address_t server;
    comm_t comm;
};

/* Socket -> who asks with it. Inserted when it first names a port of DNS; 48 B a socket, and its head. */
struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct dns_asker);
} askers SEC(".maps");

/* Ports that servers of names are asked at; 0 = no further one. Unused comparisons are gone after the load.
 */
const volatile __u16 port_0 = 53;
const volatile __u16 port_1 = 0;
const volatile __u16 port_2 = 0;
const volatile __u16 port_3 = 0;
const volatile __u16 port_4 = 0;
const volatile __u16 port_5 = 0;
const volatile __u16 port_6 = 0;
const volatile __u16 port_7 = 0;

static __always_inline bool is_dns_port(port_t port) {
    return port == port_0 || (port_1 && port == port_1) || (port_2 && port == port_2) ||
           (port_3 && port == port_3) || (port_4 && port == port_4) || (port_5 && port == port_5) ||
           (port_6 && port == port_6) || (port_7 && port == port_7);
}

/* The process, not the thread that happened to make the call. */
static __always_inline void read_process(process_t *pid, char *comm) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    *pid = BPF_CORE_READ(task, tgid);
    BPF_CORE_READ_STR_INTO((comm_t *)comm, task, group_leader, comm);
}

static __always_inline void write_process(struct dns_asker *asker) {
    asker->v1_cgroup_id = current_v1_cgroup_id();
    read_process(&asker->pid, asker->comm);
}

static __always_inline void write_ipv4(struct dns_asker *asker, __be32 ip) {
    asker->family = FAMILY_IPV4;
    __builtin_memset(asker->server, 0, sizeof(asker->server));
    __builtin_memcpy(asker->server, &ip, sizeof(ip));
}

/* A socket of IPv6 that talks IPv4 names v4-mapped addresses. */
static __always_inline void write_ipv6(struct dns_asker *asker, const __be32 *ip) {
    if (ip[0] == 0 && ip[1] == 0 && ip[2] == bpf_htonl(0xffff)) {
        write_ipv4(asker, ip[3]);
        return;
    }
    asker->family = FAMILY_IPV6;
    __builtin_memcpy(asker->server, ip, sizeof(asker->server));
}

/*
 * The asker to fill in when a socket is given a destination. A destination that is none of DNS ends what the
 * socket's earlier ones began, and makes nothing.
 */
static __always_inline struct dns_asker *asker_at(struct bpf_sock_addr *ctx) {
    port_t port = bpf_ntohs(ctx->user_port);
    struct bpf_sock *sk = ctx->sk;
    struct dns_asker *asker;

    if (!sk)
        return NULL;
    if (is_dns_port(port)) {
        asker = bpf_sk_storage_get(&askers, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
        if (asker)
            asker->server_port = port;
        return asker;
    }
    asker = bpf_sk_storage_get(&askers, sk, NULL, 0);
    if (asker)
        asker->server_port = 0;
    return NULL;
}

#endif
