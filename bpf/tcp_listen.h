/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Listening sockets: who owns them, and so the sockets that they accept. */
#ifndef SYSPROBE_TCP_LISTEN_H
#define SYSPROBE_TCP_LISTEN_H

#include "compat.h"
#include "events.h"
#include "maps.h"
#include "tcp_read.h"

/* The process, not the thread that happened to make the call. */
static __always_inline void read_current(process_t *pid, char *comm) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();

    *pid = bpf_get_current_pid_tgid() >> 32;
    BPF_CORE_READ_STR_INTO((comm_t *)comm, task, group_leader, comm);
}

static __always_inline void listener_key_of(struct listener_key *key, struct sock *sk) {
    struct common common;
    struct tcp_ends ends;

    read_common(&common, sk);
    read_ends(&ends, &common, sk);
    key->cgroup_id = sock_cgroup_id(sk);
    key->netns = read_netns(&common);
    key->port = ends.source_port;
    key->pad = 0;
    __builtin_memcpy(key->address, ends.source, sizeof(key->address));
}

/* A child inherits its listener's cgroup, so the key tells apart two containers that share a namespace. */
static __always_inline void read_listener_owner(struct conn *conn, struct sock *sk) {
    struct listener_key key;
    struct listener_owner *owner;

    listener_key_of(&key, sk);
    owner = bpf_map_lookup_elem(&listeners, &key);
    if (!owner) {
        __builtin_memset(key.address, 0, sizeof(key.address));
        owner = bpf_map_lookup_elem(&listeners, &key);
    }
    if (!owner)
        return;
    conn->v1_cgroup_id = owner->v1_cgroup_id;
    conn->pid = owner->pid;
    __builtin_memcpy(conn->comm, owner->comm, sizeof(conn->comm));
}

static __always_inline void emit_listen(struct sock *sk, const struct listener_key *key, __u16 kind) {
    struct listen_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

    if (!record) {
        count_loss(LOSS_RING_LISTEN);
        return;
    }
    write_header(&record->header, kind, sizeof(*record));
    record->sock = (sock_ref_t)sk;
    record->cgroup_id = key->cgroup_id;
    record->netns = key->netns;
    record->port = key->port;
    record->family = BPF_CORE_READ(sk, __sk_common.skc_family);
    record->pad = 0;
    __builtin_memcpy(record->address, key->address, sizeof(record->address));
    __builtin_memset(record->comm, 0, sizeof(record->comm));
    read_current(&record->pid, record->comm);
    submit(record);
}

/* In listen(2): the caller is the owner. */
static __always_inline void on_listen(struct sock *sk) {
    struct listener_key key;
    struct listener_owner owner = {.sock = (sock_ref_t)sk, .v1_cgroup_id = current_v1_cgroup_id()};

    listener_key_of(&key, sk);
    read_current(&owner.pid, owner.comm);
    if (bpf_map_update_elem(&listeners, &key, &owner, BPF_ANY))
        count_loss(LOSS_LISTENERS_FULL);
    emit_listen(sk, &key, RECORD_LISTEN);
}

/* With SO_REUSEPORT the last to listen owns the entry; only it takes the entry with it. */
static __always_inline void on_unlisten(struct sock *sk) {
    struct listener_key key;
    struct listener_owner *owner;

    listener_key_of(&key, sk);
    owner = bpf_map_lookup_elem(&listeners, &key);
    if (owner && (owner->sock == (sock_ref_t)sk || owner->sock == 0))
        bpf_map_delete_elem(&listeners, &key);
    emit_listen(sk, &key, RECORD_UNLISTEN);
}

static __always_inline bool owns_listener(struct sock *sk) {
    struct listener_key key;
    struct listener_owner *owner;

    listener_key_of(&key, sk);
    owner = bpf_map_lookup_elem(&listeners, &key);
    return owner && owner->sock == (sock_ref_t)sk;
}

#endif
