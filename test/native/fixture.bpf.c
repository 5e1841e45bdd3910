// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the addon's tests load: programs that fill the maps by test run, exactly as they are told. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum level {
    LEVEL_LOW = 0,
    LEVEL_HIGH = 1,
};

const volatile __u8 knob_u8 = 7;
const volatile __s16 knob_s16 = -2;
const volatile __u32 knob_u32 = 4000000000;
const volatile __s64 knob_s64 = -1;
const volatile __u64 knob_u64 = 18446744073709551615ULL;
const volatile _Bool knob_bool = 1;
const volatile enum level knob_enum = LEVEL_HIGH;
const volatile char knob_text[8] = "text";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 64 * 1024);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10000);
    __type(key, __u64);
    __type(value, __u32);
} table SEC(".maps");

struct pages {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u32);
};

struct pages left SEC(".maps");
struct pages right SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct pages);
} page SEC(".maps") = {.values = {&left}};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} lost SEC(".maps");

struct slot {
    __u64 sock;
    __u64 twice;
};

#define SLOTS 16

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, SLOTS);
    __type(key, __u32);
    __type(value, struct slot);
} slots SEC(".maps");

/* Not a multiple of 8, so that the padding shows. */
struct record {
    __u32 number;
    __u32 filling[4];
};

static __always_inline void count(__u32 index) {
    __u64 *value = bpf_map_lookup_elem(&lost, &index);

    if (value)
        *value += 1;
}

struct order {
    __u32 first;
    __u32 pad;
    __u64 flags;
};

static long submit_one(__u32 index, struct order *order) {
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

    if (!record) {
        count(0);
        return 0;
    }
    record->number = order->first + index;
    __builtin_memset(record->filling, 0xff, sizeof(record->filling));
    bpf_ringbuf_submit(record, order->flags);
    return 0;
}

/* (first, how many, ring buffer flags): submits records numbered from `first`; counts those that found no
 * room. */
SEC("raw_tp")
int submit(struct bpf_raw_tracepoint_args *ctx) {
    struct order order = {.first = ctx->args[0], .flags = ctx->args[2]};

    return bpf_loop(ctx->args[1], submit_one, &order, 0);
}

/* Reserves a record and gives it back: the reader must step over it. */
SEC("raw_tp")
int discard(void *ctx __attribute__((unused))) {
    struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

    if (record)
        bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
    return 0;
}

/* Adds its arguments 0 to 11. */
SEC("raw_tp")
int add(struct bpf_raw_tracepoint_args *ctx) {
    __u64 sum = 0;

    for (int i = 0; i < 12; i++)
        sum += ctx->args[i];
    return sum;
}

/* What a snapshot program does: fills the slots that name something, and drops what is gone (here: odd). */
SEC("raw_tp")
int double_slots(void *ctx __attribute__((unused))) {
    for (__u32 i = 0; i < SLOTS; i++) {
        __u32 index = i;
        struct slot *slot = bpf_map_lookup_elem(&slots, &index);

        if (!slot)
            return 1;
        if (slot->sock % 2)
            slot->sock = 0;
        slot->twice = slot->sock * 2;
    }
    return 0;
}

SEC("raw_tp")
int refuse(void *ctx __attribute__((unused))) {
    return 3;
}

SEC("raw_tp/no_such_tracepoint")
int nowhere(void *ctx __attribute__((unused))) {
    return 0;
}

SEC("raw_tp/inet_sock_set_state")
int on_state(void *ctx __attribute__((unused))) {
    return 0;
}

/* Runs for what is sent to a socket of the cgroup. */
SEC("cgroup_skb/ingress")
int in_cgroup(struct __sk_buff *skb __attribute__((unused))) {
    count(1);
    return 1;
}

/* (key): counts it in the table that is selected. */
SEC("raw_tp")
int write_page(struct bpf_raw_tracepoint_args *ctx) {
    __u32 zero = 0, key = ctx->args[0], one = 1;
    void *selected = bpf_map_lookup_elem(&page, &zero);
    __u32 *value = selected ? bpf_map_lookup_elem(selected, &key) : 0;

    if (!selected)
        return 1;
    if (value)
        __sync_fetch_and_add(value, 1);
    else
        bpf_map_update_elem(selected, &key, &one, BPF_ANY);
    return 0;
}

/* The verifier rejects it; not loaded unless asked for. */
SEC("?raw_tp")
int rejected(struct bpf_raw_tracepoint_args *ctx) {
    return *(__u32 *)ctx->args[0];
}
