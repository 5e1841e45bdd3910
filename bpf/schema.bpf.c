// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Never loaded: one global of each record, so that the compiler emits the BTF the decoders are generated
 * from. */
#include <linux/types.h>

#include "events.h"

struct flow_record flow_record;
struct begun_record begun_record;
struct listen_record listen_record;
struct cgroup_record cgroup_record;
struct dns_record dns_record;
struct process_record process_record;
struct oom_record oom_record;
struct listener_key listener_key;
struct listener_owner listener_owner;
struct snapshot_slot snapshot_slot;
struct udp_key udp_key;
struct udp_count udp_count;
enum record_kind record_kind;
enum tcp_state tcp_state;
enum conn_role conn_role;
enum flow_flag flow_flag;
enum ip_protocol ip_protocol;
enum address_family address_family;
enum process_flag process_flag;
enum loss_counter loss_counter;
enum udp_loss udp_loss;
