// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes as they are forked, execute and exit, and those that are killed for want of memory. Threads meet
 * the programs too, so that these are told first.
 */
#include "compat.h"
#include "preempt.h"
#include "process_exe.h"
#include "report.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/linux/sched/signal.h: the exit code is that of the group. */
#define SIGNAL_GROUP_EXIT 4

static __always_inline bool is_kernel_thread(struct task_struct *task) {
    return BPF_CORE_READ(task, flags) & PF_KTHREAD;
}

static __always_inline __u32 namespace_pid(struct task_struct *task) {
    struct pid *pid = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
    __u32 level = BPF_CORE_READ(pid, level);
    void *innermost = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
                      (__u64)level * bpf_core_type_size(struct upid);

    return BPF_CORE_READ((struct upid *)innermost, nr);
}

/* `task` is the thread that does it: its leader may have ended long ago, and has no namespaces then. */
static __always_inline void write_process(struct process_record *record, struct task_struct *task) {
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);

    record->started_ns = BPF_CORE_READ(leader, start_boottime);
    record->cgroup_id = task_cgroup_id(task);
    record->run_ns = 0;
    record->user_ns = 0;
    record->system_ns = 0;
    record->pid = BPF_CORE_READ(task, tgid);
    record->parent_pid = BPF_CORE_READ(leader, real_parent, tgid);
    record->namespace_pid = namespace_pid(task);
    record->uid = BPF_CORE_READ(task, cred, uid.val);
    record->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
    record->status = 0;
    record->names_size = 0;
    record->args_size = 0;
    record->flags = 0;
    BPF_CORE_READ_INTO(&record->comm, leader, comm);
}

UNPREEMPTED_TOO(process_forked, sched_process_fork) {
    struct task_struct *child = (struct task_struct *)ctx->args[1];
    struct process_record *record;

    if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid) || is_kernel_thread(child))
        return 0;
    record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (!record) {
        count_loss(LOSS_RING_STARTED);
        return 0;
    }
    write_header(&record->header, RECORD_PROCESS_FORKED, sizeof(*record));
    write_process(record, child);
    submit(record);
    return 0;
}

UNPREEMPTED_TOO(process_executed, sched_process_exec) {
    struct task_struct *task = (struct task_struct *)ctx->args[0];
    struct execution *execution;
    __u32 zero = 0;
    __u64 size;

    execution = bpf_map_lookup_elem(&executions, &zero);
    if (!execution)
        return 0;
    write_process(&execution->record, task);
    if (is_kernel_thread(BPF_CORE_READ(task, real_parent)))
        execution->record.flags |= PROCESS_OF_KERNEL;
    write_names(execution, task);
    write_args(execution, BPF_CORE_READ(task, mm));
    size = sizeof(execution->record) + execution->record.names_size + execution->record.args_size;
    barrier_var(size);
    size &= sizeof(*execution) - 1;
    write_header(&execution->record.header, RECORD_PROCESS_EXECUTED, size);
    if (bpf_ringbuf_output(&events, execution, size, wakeup()))
        count_loss(LOSS_RING_STARTED);
    return 0;
}

/* The threads that were reaped are summed in the process; the leader is kept until its parent has asked. */
static __always_inline void write_times(struct process_record *record, struct task_struct *task,
                                        struct signal_struct *signal) {
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);

    record->run_ns = BPF_CORE_READ(signal, sum_sched_runtime) + BPF_CORE_READ(task, se.sum_exec_runtime);
    record->user_ns = BPF_CORE_READ(signal, utime) + BPF_CORE_READ(task, utime);
    record->system_ns = BPF_CORE_READ(signal, stime) + BPF_CORE_READ(task, stime);
    if (leader == task)
        return;
    record->run_ns += BPF_CORE_READ(leader, se.sum_exec_runtime);
    record->user_ns += BPF_CORE_READ(leader, utime);
    record->system_ns += BPF_CORE_READ(leader, stime);
}

UNPREEMPTED_TOO(process_exited, sched_process_exit) {
    struct task_struct *task = (struct task_struct *)ctx->args[0];
    struct signal_struct *signal = BPF_CORE_READ(task, signal);
    struct process_record *record;

    /* Two last threads at once may both find that none is left: user space takes the first record. */
    if (BPF_CORE_READ(signal, live.counter) || is_kernel_thread(task))
        return 0;
    record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
    if (!record) {
        count_loss(LOSS_RING_EXITED);
        return 0;
    }
    write_header(&record->header, RECORD_PROCESS_EXITED, sizeof(*record));
    write_process(record, task);
    write_times(record, task, signal);
    record->status = BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT
                         ? BPF_CORE_READ(signal, group_exit_code)
                         : BPF_CORE_READ(task, group_leader, exit_code);
    submit(record);
    return 0;
}

/* Who runs is who wants memory, not always who has to die for it. */
UNPREEMPTED_TOO(oom_killed, mark_victim) {
    struct oom_record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

    if (!record) {
        count_loss(LOSS_RING_OOM);
        return 0;
    }
    write_header(&record->header, RECORD_OOM_KILLED, sizeof(*record));
    record->started_ns = 0;
    record->resident_pages = 0;
    if (mark_victim_has_task()) {
        struct task_struct *victim = (struct task_struct *)ctx->args[0];

        record->pid = BPF_CORE_READ(victim, tgid);
        record->started_ns = BPF_CORE_READ(victim, group_leader, start_boottime);
        record->resident_pages = resident_pages(BPF_CORE_READ(victim, mm));
    } else {
        record->pid = (__u32)ctx->args[0];
    }
    submit(record);
    return 0;
}
