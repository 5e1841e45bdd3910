#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sysprobe {

/** Where a walk over a map stands; the token is the kernel's own, empty at the beginning. */
struct Walk {
    std::vector<uint8_t> token;
    bool finished = false;
};

/** Bytes of a walk's token for this map. */
size_t tokenSize(const bpf_map *map);

/** What becomes of the entries that are read. */
enum class Read {
    Keep,
    Take,
};

/**
 * One BPF_MAP_LOOKUP_BATCH, or BPF_MAP_LOOKUP_AND_DELETE_BATCH: up to `room` keys and values into their own
 * columns; returns how many. Refusal(ENOSPC) when the next bucket alone is larger than `room`.
 */
uint32_t readColumns(const bpf_map *map, Walk &walk, uint32_t room, uint8_t *keys, uint8_t *values,
                     Read read = Read::Keep);

/** The same as (key, value) pairs without padding, as many as fit `pairs`. */
uint32_t readPairs(const bpf_map *map, Walk &walk, std::span<uint8_t> pairs, Read read);

std::optional<std::vector<uint8_t>> lookup(const bpf_map *map, std::span<const uint8_t> key);
void update(const bpf_map *map, std::span<const uint8_t> key, std::span<const uint8_t> value);
/** False when the key was not there. */
bool erase(const bpf_map *map, std::span<const uint8_t> key);

/** Each u64 of a per-CPU array, summed over the CPUs. */
std::vector<uint64_t> counters(const bpf_map *map);

} // namespace sysprobe
