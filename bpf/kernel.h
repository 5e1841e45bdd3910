/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel types the programs read, with only the members they read. CO-RE relocates every access to
 * the running kernel's layout at load, so member order and the members left out do not matter.
 */
#ifndef SYSPROBE_KERNEL_H
#define SYSPROBE_KERNEL_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Layouts are the kernel's, padding included. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpadded"
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
    unsigned int inum;
};

struct net {
    struct ns_common ns;
};

typedef struct {
    struct net *net;
} possible_net_t;

typedef struct {
    __s64 counter;
} atomic64_t;

struct in6_addr {
    union {
        __u8 u6_addr8[16];
        __be32 u6_addr32[4];
    } in6_u;
};

struct sock_common {
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    __be16 skc_dport;
    __u16 skc_num;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
    atomic64_t skc_cookie;
    unsigned long skc_flags;
};

struct kernfs_node {
    __u64 id;
};

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup {
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

enum cgroup_subsys_id {
    memory_cgrp_id,
};

struct cgroup_subsys_state {
    struct cgroup *cgroup;
};

struct css_set {
    struct cgroup_subsys_state *subsys[1];
    struct cgroup *dfl_cgrp;
};

struct sock_cgroup_data {
    struct cgroup *cgroup;
};

struct socket {
    short type;
};

struct inode {
    unsigned long i_ino;
};

struct socket_alloc {
    struct socket socket;
    struct inode vfs_inode;
};

struct sock {
    struct sock_common __sk_common;
    __u16 sk_type;
    __u16 sk_protocol;
    int sk_err;
    int sk_err_soft;
    struct socket *sk_socket;
    struct sock_cgroup_data sk_cgrp_data;
};

struct inet_sock {
    __be16 inet_sport;
};

struct tcp_sock {
    __u64 bytes_sent;
    __u64 bytes_retrans;
    __u64 bytes_received;
    __u32 segs_in;
    __u32 segs_out;
    __u32 total_retrans;
    __u32 lost;
    __u32 srtt_us;
    __u32 mdev_us;
};

struct sk_buff {
    struct sock *sk;
    unsigned long _nfct;
    unsigned int len;
    __be16 protocol;
    __u16 transport_header;
    __u16 network_header;
    unsigned int end;
    unsigned char *head;
};

struct skb_shared_info {
    unsigned short gso_size;
    unsigned short gso_segs;
};

union nf_inet_addr {
    __u32 all[4];
};

union nf_conntrack_man_proto {
    __be16 all;
};

struct nf_conntrack_man {
    union nf_inet_addr u3;
    union nf_conntrack_man_proto u;
};

struct nf_conntrack_tuple {
    struct nf_conntrack_man src;
    struct {
        union nf_inet_addr u3;
        union {
            __be16 all;
        } u;
    } dst;
};

struct nf_conntrack_tuple_hash {
    struct nf_conntrack_tuple tuple;
};

struct nf_conn {
    struct nf_conntrack_tuple_hash tuplehash[2];
    unsigned long status;
};

typedef struct {
    int counter;
} atomic_t;

struct upid {
    int nr;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

enum pid_type {
    PIDTYPE_TGID = 1,
};

struct signal_struct {
    atomic_t live;
    int group_exit_code;
    unsigned int flags;
    struct pid *pids[4];
    __u64 utime;
    __u64 stime;
    unsigned long long sum_sched_runtime;
};

struct qstr {
    const unsigned char *name;
};

struct dentry {
    struct dentry *d_parent;
    struct qstr d_name;
};

struct vfsmount {
    struct dentry *mnt_root;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct file {
    struct path f_path;
};

struct fs_struct {
    struct path root;
};

struct percpu_counter {
    __s64 count;
};

struct mm_struct {
    unsigned long arg_start;
    unsigned long arg_end;
    struct file *exe_file;
    struct percpu_counter rss_stat[4];
};

typedef struct {
    __u32 val;
} kuid_t;

struct cred {
    kuid_t uid;
};

struct nsproxy {
    struct net *net_ns;
};

struct sched_entity {
    __u64 sum_exec_runtime;
};

struct task_struct {
    unsigned int flags;
    int pid;
    int tgid;
    int exit_code;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct signal_struct *signal;
    struct mm_struct *mm;
    struct fs_struct *fs;
    struct nsproxy *nsproxy;
    const struct cred *cred;
    struct css_set *cgroups;
    struct sched_entity se;
    __u64 utime;
    __u64 stime;
    __u64 start_boottime;
    char comm[16];
};

/* What the tracepoint's record holds since it is handed the task. */
struct trace_event_raw_mark_victim {
    unsigned long anon_rss;
};

enum sock_flags {
    SOCK_DEAD,
    SOCK_DONE,
};

enum skb_drop_reason {
    SKB_DROP_REASON_SOCKET_RCVBUFF,
    SKB_DROP_REASON_PROTO_MEM,
};

struct trace_event_raw_udp_fail_queue_rcv_skb {
    __u16 family;
};

#pragma clang attribute pop
#pragma clang diagnostic pop

#define PF_KTHREAD 0x00200000

#endif
