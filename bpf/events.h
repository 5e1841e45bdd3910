/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one place where the layout of a record is written. BPF programs fill these structs, the addon
 * includes this file for their sizes, and the TypeScript decoders are generated from their BTF
 * (npm run generate). A field's typedef says what it means and picks its decoder.
 */
#ifndef SYSPROBE_EVENTS_H
#define SYSPROBE_EVENTS_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Nanoseconds of CLOCK_BOOTTIME; 0 = not known. */
typedef __u64 boot_ns_t;
/* Inode of the cgroup's directory, in the cgroup2 hierarchy or where there is none in that of memory; 1 = the
 * root cgroup, 0 = not known. */
typedef __u64 cgroup_id_t;
/* Socket cookie as sock_diag prints it; 0 = none was made for this socket. */
typedef __u64 cookie_t;
/* Address of the kernel's struct sock: a key while the socket lives, never shown to a client. */
typedef __u64 sock_ref_t;
/* Payload bytes, as the application wrote or will read them. */
typedef __u64 bytes_t;
/* What a count changed by: below 0 when what was counted before is taken back. */
typedef __s64 bytes_change_t;
typedef __s32 count_change_t;
/* Cookie or inode of a socket: its own for as long as it lives, and no other's. */
typedef __u64 socket_id_t;
typedef __u64 inode_t;   /* 0 = not known */
typedef __u32 netns_t;   /* inode of the network namespace */
typedef __u32 process_t; /* thread group id in the initial pid namespace; 0 = not known */
typedef __u32 micros_t;  /* microseconds; 0 = not measured */
typedef __u32 count_t;
typedef __s32 errno_t;
typedef __u64 duration_ns_t;
typedef __u32 user_id_t;     /* in the initial user namespace */
typedef __u32 wait_status_t; /* as wait(2) gives it */
typedef __u16 port_t;        /* host byte order */

#define COMM_LEN 16
#define ADDRESS_LEN 16
#define CGROUP_PATH_LEN 1024 /* the kernel's tracepoints cut a path here; a power of two */
typedef char comm_t[COMM_LEN];
/* IPv4 in the first four bytes, the rest zero; v4-mapped IPv6 is reported as IPv4. */
typedef __u8 address_t[ADDRESS_LEN];
/* NUL-terminated. */
typedef char cgroup_path_t[CGROUP_PATH_LEN];

enum record_kind {
    RECORD_FLOW_OPENED = 1, /* reached ESTABLISHED, and is not in the table */
    RECORD_FLOW_CLOSED = 2, /* reached CLOSE: the counters are final */
    RECORD_FLOW_ACTIVE = 3, /* read from a live socket on request */
    RECORD_LISTEN = 4,      /* a socket began to listen */
    RECORD_UNLISTEN = 5,    /* a listening socket closed */
    RECORD_CGROUP_MADE = 6,
    RECORD_CGROUP_REMOVED = 7,
    RECORD_DNS = 8,        /* a datagram, or a part of a segment, of a socket that asks or is answered */
    RECORD_FLOW_BEGUN = 9, /* reached ESTABLISHED: to be read from the socket if it lives until then */
    RECORD_PROCESS_FORKED = 10,
    RECORD_PROCESS_EXECUTED = 11,
    RECORD_PROCESS_EXITED = 12, /* its last thread did */
    RECORD_OOM_KILLED = 13,     /* chosen to be killed for want of memory */
};

/* The kernel's TCP states (include/net/tcp_states.h), part of its user-space interface. */
enum tcp_state {
    TCP_STATE_ESTABLISHED = 1,
    TCP_STATE_SYN_SENT = 2,
    TCP_STATE_SYN_RECV = 3,
    TCP_STATE_FIN_WAIT1 = 4,
    TCP_STATE_FIN_WAIT2 = 5,
    TCP_STATE_TIME_WAIT = 6,
    TCP_STATE_CLOSE = 7,
    TCP_STATE_CLOSE_WAIT = 8,
    TCP_STATE_LAST_ACK = 9,
    TCP_STATE_LISTEN = 10,
    TCP_STATE_CLOSING = 11,
};

enum conn_role {
    ROLE_UNKNOWN = 0, /* the socket is older than the probe */
    ROLE_CLIENT = 1,
    ROLE_SERVER = 2,
};

enum flow_flag {
    FLOW_UNTRACKED = 1, /* the connection table was full: no snapshot will show it, its close will */
};

enum ip_protocol {
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
};

enum address_family {
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 10,
};

/* Index into the per-CPU array `loss`: every place in the kernel that can drop counts here. */
enum loss_counter {
    LOSS_RING_OPENED = 0,    /* ring buffer full: an opened record was not delivered */
    LOSS_RING_CLOSED = 1,    /* ring buffer full: a closed record was not delivered */
    LOSS_RING_LISTEN = 2,    /* ring buffer full: a listen or unlisten record was not delivered */
    LOSS_CONNS_FULL = 3,     /* connection table full: owner and open time of one are not known */
    LOSS_LISTENERS_FULL = 4, /* listener table full: the owner of accepted sockets is not known */
    LOSS_CONNS_STALE = 5,    /* a stored socket had closed unseen; its entry was removed */
    LOSS_RING_CGROUP = 6,    /* ring buffer full: a cgroup record was not delivered */
    LOSS_CGROUP_PATH = 7,    /* the path of a new cgroup was cut: it is not told */
    LOSS_RING_DNS = 8,       /* ring buffer full: a datagram or a part of a segment was not delivered */
    LOSS_DNS_UNREAD = 9,     /* headers or payload of a DNS packet could not be read */
    LOSS_CLOSE_UNCLEAR =
        10,                 /* a socket that was not tracked closed, and whether that was seen is not known */
    LOSS_RING_STARTED = 11, /* ring buffer full: a forked or executed record was not delivered */
    LOSS_RING_EXITED = 12,  /* ring buffer full: an exited record was not delivered */
    LOSS_RING_OOM = 13,     /* ring buffer full: a killed record was not delivered */
    /* No loss: changes of TCP sockets that a program met in the place of one that the kernel skipped. */
    LOSS_CHANGES_TAKEN_OVER = 14,
    LOSS_COUNTER_MAX = 15,
};

/* The same for the objects that count datagrams, each by its number of datagrams. */
enum udp_loss {
    UDP_LOSS_FULL = 0,      /* no room in the table: not counted */
    UDP_LOSS_HEADERS = 1,   /* headers that could not be read: not counted */
    UDP_LOSS_UNSETTLED = 2, /* counted though refused or dropped: it could not be taken back */
    UDP_LOSS_MAX = 3,
};

struct record_header {
    __u16 kind; /* enum record_kind */
    __u16 size; /* of the whole record as it is delivered */
    __u32 cpu;
    boot_ns_t at_ns;
};
_Static_assert(sizeof(struct record_header) == 16, "record_header");

/* One side of one connection. */
struct flow_record {
    struct record_header header;
    sock_ref_t sock;
    boot_ns_t opened_ns;      /* SYN sent, or accepted into ESTABLISHED; 0 = older than the probe */
    boot_ns_t established_ns; /* 0 = never, or older than the probe */
    cgroup_id_t cgroup_id;
    cookie_t cookie;
    bytes_t sent;
    bytes_t received;
    count_t packets_sent;
    count_t packets_received;
    count_t retransmits;
    count_t lost_packets;
    micros_t rtt_us;
    micros_t rtt_var_us;
    netns_t netns;
    process_t pid;
    errno_t error;
    port_t source_port;
    port_t dest_port;
    __u16 opened_cpu; /* with opened_ns, names the connection */
    __u8 family;      /* enum address_family */
    __u8 flags;       /* enum flow_flag */
    __u8 old_state;   /* enum tcp_state */
    __u8 state;       /* enum tcp_state */
    __u8 role;        /* enum conn_role */
    __u8 protocol;    /* enum ip_protocol */
    address_t source;
    address_t dest;
    comm_t comm;
};
_Static_assert(sizeof(struct flow_record) == 168, "flow_record");

/* Of a connection that is in the table: most are closed before anybody could look at more than this. */
struct begun_record {
    struct record_header header;
    sock_ref_t sock;
    boot_ns_t opened_ns;
};
_Static_assert(sizeof(struct begun_record) == 32, "begun_record");

struct listen_record {
    struct record_header header;
    sock_ref_t sock;
    cgroup_id_t cgroup_id;
    netns_t netns;
    process_t pid;
    port_t port;
    __u16 family; /* enum address_family */
    __u32 pad;
    address_t address; /* all zero = any */
    comm_t comm;
};
_Static_assert(sizeof(struct listen_record) == 80, "listen_record");

/* Delivered up to the path's NUL, and header.size says how long that is. */
struct cgroup_record {
    struct record_header header;
    cgroup_id_t cgroup_id;
    cgroup_path_t path; /* from the root of the hierarchy; empty in RECORD_CGROUP_REMOVED */
};
_Static_assert(sizeof(struct cgroup_record) == 1048, "cgroup_record");

/* Of one datagram or one part of a segment: what EDNS lets a server send over UDP at the most, by custom. */
#define DNS_COPY_MAX 4096

/* Delivered with what it copied of the payload behind it; header.size has room for it, and may be more. */
struct dns_record {
    struct record_header header;
    cookie_t cookie;
    cgroup_id_t cgroup_id;
    netns_t netns;
    process_t pid;  /* of queries; 0 = not known */
    __u32 seq;      /* TCP: the number of the first byte */
    count_t length; /* payload bytes that it stands for */
    count_t copied; /* the first ones of those */
    port_t client_port;
    port_t server_port; /* as the asking program knows it, before NAT */
    __u8 family;        /* enum address_family */
    __u8 protocol;      /* enum ip_protocol */
    __u8 is_answer;     /* else it is a query: which way it went */
    __u8 ends;          /* TCP: the sender ends the connection */
    address_t client;
    address_t server;
    comm_t comm;
    __u32 pad;
};
_Static_assert(sizeof(struct dns_record) == 112, "dns_record");

enum process_flag {
    PROCESS_ARGS_CUT = 1,    /* more of them than are copied */
    PROCESS_ARGS_UNREAD = 2, /* their memory was not there */
    PROCESS_PATH_CUT = 4,    /* of the executable: its beginning is missing */
    PROCESS_OF_KERNEL = 8,   /* the kernel started it: its fork was one of a kernel thread, and is not told */
};

/* Names of files from the executable up to the root, and what is copied of the arguments. */
#define EXE_NAMES_MAX 1024
#define EXE_NAME_MAX 256
#define ARGS_COPY_MAX 4096

/* An executed one is delivered with what it copied behind it: `names_size` bytes of NUL-terminated names of
 * the path of its executable, the last one first, then `args_size` bytes of NUL-terminated arguments. */
struct process_record {
    struct record_header header;
    boot_ns_t started_ns; /* with the pid, names the process for good */
    cgroup_id_t cgroup_id;
    /* Exited: processor time as it was charged, and as it was found in user and kernel mode at ticks. */
    duration_ns_t run_ns;
    duration_ns_t user_ns;
    duration_ns_t system_ns;
    process_t pid;
    process_t parent_pid;
    process_t namespace_pid; /* in its own pid namespace */
    user_id_t uid;
    netns_t netns;
    wait_status_t status; /* exited */
    __u16 names_size;
    __u16 args_size;
    __u32 flags; /* enum process_flag */
    comm_t comm;
};
_Static_assert(sizeof(struct process_record) == 104, "process_record");

struct oom_record {
    struct record_header header;
    boot_ns_t started_ns; /* 0 = not known */
    count_t resident_pages;
    process_t pid;
};
_Static_assert(sizeof(struct oom_record) == 32, "oom_record");

/* Key and value of the map `listeners`; user space adds the sockets that are older than the probe. */
struct listener_key {
    cgroup_id_t cgroup_id;
    netns_t netns;
    port_t port;
    __u16 pad;
    address_t address;
};
_Static_assert(sizeof(struct listener_key) == 32, "listener_key");

struct listener_owner {
    sock_ref_t sock;          /* 0 = written by user space */
    cgroup_id_t v1_cgroup_id; /* of the process; 0 = not known, or the socket knows its own */
    process_t pid;
    __u32 pad;
    comm_t comm;
};
_Static_assert(sizeof(struct listener_owner) == 40, "listener_owner");

/* Sockets read by one run of the snapshot program. */
#define SNAPSHOT_BATCH 64

struct snapshot_slot {
    sock_ref_t sock; /* in: which; 0 = none. Out: 0 = closed meanwhile, `flow` is not filled */
    struct flow_record flow;
};
_Static_assert(sizeof(struct snapshot_slot) == 176, "snapshot_slot");

/* A conversation: a socket and its two ends. */
struct udp_key {
    socket_id_t socket;
    address_t source; /* this side; IPv4 in the first four bytes */
    address_t dest;
    port_t source_port;
    port_t dest_port;
    __u32 family; /* enum address_family */
};
_Static_assert(sizeof(struct udp_key) == 48, "udp_key");

/* What a conversation did since user space last read it. */
struct udp_count {
    boot_ns_t first_ns;
    boot_ns_t last_ns;
    cgroup_id_t cgroup_id;
    inode_t inode;
    bytes_change_t sent;
    bytes_change_t received;
    count_change_t packets_sent;
    count_change_t packets_received;
    count_t packets_dropped; /* the receive buffer was full; they are not in `received` */
    netns_t netns;
    process_t pid; /* who sent; 0 = nobody yet */
    __u16 first_cpu;
    __u8 role; /* enum conn_role: who sent the first datagram */
    __u8 pad;
    comm_t comm;
};
_Static_assert(sizeof(struct udp_count) == 88, "udp_count");

#endif
