/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Programs that are not preempted.
 *
 * The kernel skips a program that is at work on the same processor. Until a46023d5616e (v7.0) a tracepoint
 * turned preemption off, so that only an interrupt came in between; now another task may, for as long as the
 * first one waits for its turn, and loses what the program would have told. Where that is so, user space
 * loads NAME_np in place of NAME: functions that older kernels do not have, which 5.13 to 5.15 refuse even
 * where they cannot be reached.
 */
#ifndef SYSPROBE_PREEMPT_H
#define SYSPROBE_PREEMPT_H

#include "kernel.h"

extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
extern void bpf_local_irq_save(unsigned long *flags) __ksym __weak;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym __weak;

/*
 * Enabling preemption lets a task go on that was made to wait meanwhile, and the program would still count as
 * at work. With interrupts off it does not: the task goes on at the next occasion, which is when the kernel
 * has left the program.
 */
static __always_inline void end_unpreempted(void) {
    unsigned long flags;

    bpf_local_irq_save(&flags);
    bpf_preempt_enable();
    bpf_local_irq_restore(&flags);
}

/* Defines NAME and NAME_np, with the body that follows in common. */
#define UNPREEMPTED_TOO(name, tracepoint)                                                                    \
    static __noinline int name##_body(struct bpf_raw_tracepoint_args *ctx);                                  \
                                                                                                             \
    SEC("raw_tp/" #tracepoint) int name(struct bpf_raw_tracepoint_args *ctx) {                               \
        return name##_body(ctx);                                                                             \
    }                                                                                                        \
                                                                                                             \
    SEC("raw_tp/" #tracepoint) int name##_np(struct bpf_raw_tracepoint_args *ctx) {                          \
        bpf_preempt_disable();                                                                               \
        name##_body(ctx);                                                                                    \
        end_unpreempted();                                                                                   \
        return 0;                                                                                            \
    }                                                                                                        \
                                                                                                             \
    static __noinline int name##_body(struct bpf_raw_tracepoint_args *ctx)

#endif
