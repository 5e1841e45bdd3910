/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process executes, as it sees it below its own root, and how it was called. */
#ifndef SYSPROBE_PROCESS_EXE_H
#define SYSPROBE_PROCESS_EXE_H

#include "events.h"
#include "kernel.h"

/* Names and mount points of one path; a deeper one is cut. */
#define MAX_STEPS 32

/* Off: arguments stay in the kernel. */
const volatile __u8 copy_args = 1;

/* A record with the most that can be behind it; the verifier wants room for all that a mask lets through. */
struct execution {
    struct process_record record;
    char data[2 * ARGS_COPY_MAX - sizeof(struct process_record)];
};

/* The record of an execution while it is written, which is too large for the stack; the kernel does not run
 * a program twice at once on a processor. 8 KiB a processor. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct execution);
} executions SEC(".maps");

static __always_inline struct mount *mount_of(struct vfsmount *mnt) {
    return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

static __always_inline struct vfsmount *mnt_of(struct mount *mount) {
    return (void *)mount + bpf_core_field_offset(struct mount, mnt);
}

/* Appends a name; false when there is no more room. */
static __always_inline bool write_name(struct execution *to, struct dentry *dentry) {
    __u64 at = to->record.names_size;
    long size;

    if (at >= EXE_NAMES_MAX)
        return false;
    /* Of what was compared, the verifier of 5.10 knows the mask alone. */
    barrier_var(at);
    at &= EXE_NAMES_MAX - 1;
    size = bpf_probe_read_kernel_str(to->data + at, EXE_NAME_MAX, BPF_CORE_READ(dentry, d_name.name));
    if (size <= 0)
        return false;
    to->record.names_size = at + size;
    return true;
}

/* From the file up to the root of the process, or of what is mounted where that cannot be reached. */
static __always_inline void write_names(struct execution *to, struct task_struct *task) {
    struct file *file = BPF_CORE_READ(task, mm, exe_file);
    struct vfsmount *mnt = BPF_CORE_READ(file, f_path.mnt);
    struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
    struct vfsmount *root_mnt = BPF_CORE_READ(task, fs, root.mnt);
    struct dentry *root = BPF_CORE_READ(task, fs, root.dentry);

#pragma clang loop unroll(disable)
    for (int step = 0; step < MAX_STEPS; step++) {
        struct dentry *parent;

        if (dentry == root && mnt == root_mnt)
            return;
        if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
            struct mount *mount = mount_of(mnt);
            struct mount *below = BPF_CORE_READ(mount, mnt_parent);

            if (below == mount)
                return;
            dentry = BPF_CORE_READ(mount, mnt_mountpoint);
            mnt = mnt_of(below);
            continue;
        }
        parent = BPF_CORE_READ(dentry, d_parent);
        /* A file without a folder, such as that of memfd_create(2), has itself above it. */
        if (parent == dentry && to->record.names_size)
            return;
        if (!write_name(to, dentry))
            break;
        if (parent == dentry)
            return;
        dentry = parent;
    }
    to->record.flags |= PROCESS_PATH_CUT;
}

static __always_inline void write_args(struct execution *to, struct mm_struct *mm) {
    unsigned long start = BPF_CORE_READ(mm, arg_start);
    __u64 size = BPF_CORE_READ(mm, arg_end) - start;
    __u64 at = to->record.names_size & (2 * EXE_NAMES_MAX - 1);

    if (!copy_args || !size)
        return;
    if (size > ARGS_COPY_MAX) {
        to->record.flags |= PROCESS_ARGS_CUT;
        size = ARGS_COPY_MAX;
    }
    /* `size` is from 1 to a power of two: the mask tells that to the verifier of 5.10. */
    size -= 1;
    barrier_var(size);
    size &= ARGS_COPY_MAX - 1;
    if (bpf_probe_read_user(to->data + at, size + 1, (void *)start))
        to->record.flags |= PROCESS_ARGS_UNREAD;
    else
        to->record.args_size = size + 1;
}

#endif
