#include "map_io.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <numeric>
#include <string>

#include "errors.h"

namespace sysprobe {
namespace {

std::string quoted(const bpf_map *map) {
    return std::string("map '") + bpf_map__name(map) + "'";
}

void requireKeys(const bpf_map *map) {
    if (bpf_map__key_size(map) == 0)
        throw Misuse(EINVAL, quoted(map) + " has no keys");
}

/** The kernel writes one value a CPU of a per-CPU map, far past a buffer that was made for one. */
void requireOneValue(const bpf_map *map) {
    requireKeys(map);
    switch (bpf_map__type(map)) {
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
        throw Misuse(EINVAL, quoted(map) + " has a value for each CPU: read it with counters()");
    default:
        break;
    }
}

void requireSize(const bpf_map *map, const char *part, size_t given, size_t wanted) {
    if (given != wanted)
        throw Misuse(EINVAL, quoted(map) + " has a " + part + " of " + std::to_string(wanted) +
                                 " bytes, not " + std::to_string(given));
}

} // namespace

size_t tokenSize(const bpf_map *map) {
    return std::max<size_t>(bpf_map__key_size(map), sizeof(uint32_t));
}

uint32_t readColumns(const bpf_map *map, Walk &walk, uint32_t room, uint8_t *keys, uint8_t *values,
                     Read read) {
    requireOneValue(map);
    std::vector<uint8_t> next(tokenSize(map));
    uint32_t count = room;
    auto batch = read == Read::Take ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch;
    int error = batch(bpf_map__fd(map), walk.token.empty() ? nullptr : walk.token.data(), next.data(), keys,
                      values, &count, nullptr);
    if (error && error != -ENOENT)
        throw Refusal(-error, quoted(map));
    walk.finished = error == -ENOENT;
    walk.token = std::move(next);
    return count;
}

uint32_t readPairs(const bpf_map *map, Walk &walk, std::span<uint8_t> pairs, Read read) {
    requireOneValue(map);
    size_t keySize = bpf_map__key_size(map), valueSize = bpf_map__value_size(map),
           pairSize = keySize + valueSize;
    size_t room = std::min<size_t>(pairs.size() / pairSize, bpf_map__max_entries(map));
    if (room == 0)
        throw Misuse(ENOBUFS, quoted(map) + " has pairs of " + std::to_string(pairSize) +
                                  " bytes; the buffer has " + std::to_string(pairs.size()));
    auto keys = std::make_unique_for_overwrite<uint8_t[]>(room * keySize);
    auto values = std::make_unique_for_overwrite<uint8_t[]>(room * valueSize);
    uint32_t count = readColumns(map, walk, static_cast<uint32_t>(room), keys.get(), values.get(), read);
    uint8_t *out = pairs.data();
    for (uint32_t i = 0; i < count; i++) {
        std::memcpy(out, &keys[i * keySize], keySize);
        std::memcpy(out + keySize, &values[i * valueSize], valueSize);
        out += pairSize;
    }
    return count;
}

std::optional<std::vector<uint8_t>> lookup(const bpf_map *map, std::span<const uint8_t> key) {
    requireOneValue(map);
    requireSize(map, "key", key.size(), bpf_map__key_size(map));
    std::vector<uint8_t> value(bpf_map__value_size(map));
    int error = bpf_map__lookup_elem(map, key.data(), key.size(), value.data(), value.size(), 0);
    if (error == -ENOENT)
        return std::nullopt;
    if (error)
        throw Refusal(-error, quoted(map));
    return value;
}

void update(const bpf_map *map, std::span<const uint8_t> key, std::span<const uint8_t> value) {
    requireOneValue(map);
    requireSize(map, "key", key.size(), bpf_map__key_size(map));
    requireSize(map, "value", value.size(), bpf_map__value_size(map));
    int error = bpf_map__update_elem(map, key.data(), key.size(), value.data(), value.size(), BPF_ANY);
    if (error)
        throw Refusal(-error, quoted(map));
}

bool erase(const bpf_map *map, std::span<const uint8_t> key) {
    requireKeys(map);
    requireSize(map, "key", key.size(), bpf_map__key_size(map));
    int error = bpf_map__delete_elem(map, key.data(), key.size(), 0);
    if (error && error != -ENOENT)
        throw Refusal(-error, quoted(map));
    return error == 0;
}

std::vector<uint64_t> counters(const bpf_map *map) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_PERCPU_ARRAY || bpf_map__value_size(map) != sizeof(uint64_t))
        throw Misuse(EINVAL, quoted(map) + " is not a per-CPU array of u64");
    int cpus = libbpf_num_possible_cpus();
    if (cpus < 0)
        throw Refusal(-cpus, "the number of CPUs");
    std::vector<uint64_t> sums(bpf_map__max_entries(map)), perCpu(static_cast<size_t>(cpus));
    for (uint32_t i = 0; i < sums.size(); i++) {
        if (int error = bpf_map_lookup_elem(bpf_map__fd(map), &i, perCpu.data()))
            throw Refusal(-error, quoted(map));
        sums[i] = std::accumulate(perCpu.begin(), perCpu.end(), uint64_t{0});
    }
    return sums;
}

} // namespace sysprobe
