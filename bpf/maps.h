/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SYSPROBE_MAPS_H
#define SYSPROBE_MAPS_H

#include "events.h"
#include "report.h"

/* What the kernel side remembers of a connection besides what its socket knows. */
struct conn {
    boot_ns_t opened_ns;
    boot_ns_t established_ns;
    cgroup_id_t v1_cgroup_id; /* of the process; 0 = the socket knows its own */
    process_t pid;
    __u16 opened_cpu;
    __u8 role;  /* enum conn_role */
    __u8 flags; /* enum flow_flag */
    comm_t comm;
};

/* Beside enum flow_flag: its close was told. */
#define CONN_CLOSED 0x80

/* Socket -> connection. Inserted at SYN_SENT and at the accepted child's ESTABLISHED, deleted at CLOSE; user
 * space walks the keys for the snapshot. 64 B a slot plus the bucket: 5 MiB at 65,536. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __type(key, sock_ref_t);
    __type(value, struct conn);
} conns SEC(".maps");

/* (cgroup, netns, local end) -> owner of a listening socket, for the sockets it accepts. Inserted at LISTEN,
 * deleted at its CLOSE; user space adds the listeners that are older than the probe. 1.5 MiB. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, struct listener_key);
    __type(value, struct listener_owner);
} listeners SEC(".maps");

/* Request and answer of one snapshot run, shared with user space by mmap. 11 KiB. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SNAPSHOT_BATCH);
    __type(key, __u32);
    __type(value, struct snapshot_slot);
} snapshot_slots SEC(".maps");

/* Off: a connection is first reported by a snapshot or by its close. */
const volatile __u8 report_opened = 1;

#endif
