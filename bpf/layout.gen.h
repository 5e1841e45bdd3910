/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Generated from bpf/events.h by scripts/gen-events.ts (npm run generate). Do not edit. */
#ifndef SYSPROBE_LAYOUT_GEN_H
#define SYSPROBE_LAYOUT_GEN_H

#define SYSPROBE_LAYOUT_HASH 0x54f3b356c9e20514ULL

#endif
