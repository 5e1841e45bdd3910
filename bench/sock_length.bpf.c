// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What counting UDP by the raw tracepoints of sendmsg(2) and recvmsg(2) would cost at least: the probe does
 * not, because they do not tell the peer of a socket that is not connected, and nothing of what is not read.
 */
#include <bpf/bpf_endian.h>

#include "../bpf/kernel.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define PROTOCOL_UDP 17

enum way {
    SENT = 0,
    RECEIVED = 1,
    WAYS = 2,
};

struct count {
    __u64 bytes[WAYS];
    __u64 datagrams[WAYS];
};

/* Socket -> what it did. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, __u64);
    __type(value, struct count);
} counts SEC(".maps");

static __always_inline int on_call(struct bpf_raw_tracepoint_args *ctx, enum way way) {
    struct sock *sk = (struct sock *)ctx->args[0];
    int result = ctx->args[1];
    __u64 key = (__u64)sk;
    struct count *count;

    if (result < 0 || BPF_CORE_READ(sk, sk_protocol) != PROTOCOL_UDP)
        return 0;
    count = bpf_map_lookup_elem(&counts, &key);
    if (!count) {
        struct count none = {};

        bpf_map_update_elem(&counts, &key, &none, BPF_NOEXIST);
        count = bpf_map_lookup_elem(&counts, &key);
    }
    if (!count)
        return 0;
    __sync_fetch_and_add(&count->bytes[way], result);
    __sync_fetch_and_add(&count->datagrams[way], 1);
    return 0;
}

SEC("raw_tp/sock_send_length")
int socket_sent(struct bpf_raw_tracepoint_args *ctx) {
    return on_call(ctx, SENT);
}

SEC("raw_tp/sock_recv_length")
int socket_received(struct bpf_raw_tracepoint_args *ctx) {
    return on_call(ctx, RECEIVED);
}
