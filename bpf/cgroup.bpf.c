// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Cgroups as they are made and removed: a container may be gone before user space could look for its path.
 * v2 does not rename them, and no runtime does in v1.
 */
#include "kernel.h"
#include "preempt.h"
#include "report.h"

#define PATH_OFFSET __builtin_offsetof(struct cgroup_record, path)

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The record that cgroup_made writes, which is too large for the stack: of no other program, as one may be
 * preempted by another. 1 KiB a CPU. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct cgroup_record);
} scratch SEC(".maps");

/* The hierarchy whose ids the flows carry; each has ids of its own. 0 is cgroup v2. */
const volatile __u32 hierarchy_id = 0;

static __always_inline bool is_told(struct cgroup *cgroup) {
    return (__u32)BPF_CORE_READ(cgroup, root, hierarchy_id) == hierarchy_id;
}

/*
 * Each record wakes the reader, which costs some microseconds: containers are few beside connections, and the
 * runtime of one that lives for a moment has to be asked for its name before it forgets it.
 */
#define WAKE_READER 0

/* `length` is that of the path with its NUL. The verifier of 5.10 takes no bound of it but a mask. */
static __always_inline void emit(struct cgroup_record *record, __u64 length) {
    __u64 size;

    barrier_var(length);
    size = PATH_OFFSET + (length & (CGROUP_PATH_LEN - 1));
    write_header(&record->header, RECORD_CGROUP_MADE, size);
    if (bpf_ringbuf_output(&events, record, size, WAKE_READER))
        count_loss(LOSS_RING_CGROUP);
}

UNPREEMPTED_TOO(cgroup_made, cgroup_mkdir) {
    struct cgroup *cgroup = (struct cgroup *)ctx->args[0];
    const char *path = (const char *)ctx->args[1];
    struct cgroup_record *record;
    __u32 zero = 0;
    long length;

    if (!is_told(cgroup))
        return 0;
    record = bpf_map_lookup_elem(&scratch, &zero);
    if (!record)
        return 0;
    record->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
    length = bpf_probe_read_kernel_str(record->path, sizeof(record->path), path);
    if (length > 0 && length < (long)sizeof(record->path))
        emit(record, length);
    else
        count_loss(LOSS_CGROUP_PATH);
    return 0;
}

UNPREEMPTED_TOO(cgroup_removed, cgroup_rmdir) {
    struct cgroup *cgroup = (struct cgroup *)ctx->args[0];
    struct cgroup_record *record;

    if (!is_told(cgroup))
        return 0;
    record = bpf_ringbuf_reserve(&events, PATH_OFFSET + 1, 0);
    if (!record) {
        count_loss(LOSS_RING_CGROUP);
        return 0;
    }
    write_header(&record->header, RECORD_CGROUP_REMOVED, PATH_OFFSET + 1);
    record->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
    record->path[0] = '\0';
    bpf_ringbuf_submit(record, WAKE_READER);
    return 0;
}
