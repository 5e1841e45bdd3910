#include "ring.h"

#include <linux/bpf.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "errors.h"

namespace sysprobe {
namespace {

/** The first page of each mapping is one position, counted in bytes since the ring was made. */
using Position = std::atomic_ref<unsigned long>;

size_t pageSize() {
    return static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

const bpf_map *requireRing(const bpf_map *map) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
        throw Misuse(EINVAL, std::string("map '") + bpf_map__name(map) + "' is not a ring buffer");
    return map;
}

Position positionAt(const Mapping &mapping) {
    return Position(*reinterpret_cast<unsigned long *>(mapping.data()));
}

} // namespace

// The data pages follow the producer's page, mapped twice in a row: a record never wraps.
Ring::Ring(const bpf_map *map)
    : fd_(bpf_map__fd(requireRing(map))), mask_(bpf_map__max_entries(map) - 1),
      consumer_(fd_, pageSize(), PROT_READ | PROT_WRITE),
      producer_(fd_, pageSize() + 2 * size_t{bpf_map__max_entries(map)}, PROT_READ,
                static_cast<off_t>(pageSize())) {
    if (!consumer_ || !producer_)
        throw Refusal(errno, std::string("memory of ring buffer '") + bpf_map__name(map) + "'");
}

size_t Ring::drain(std::span<uint8_t> out) {
    Position consumer = positionAt(consumer_), producer = positionAt(producer_);
    unsigned long position = consumer.load(std::memory_order_relaxed);
    uint8_t *data = producer_.data() + pageSize();
    size_t used = 0;
    for (bool fenced = false;;) {
        uint32_t *head = reinterpret_cast<uint32_t *>(data + (position & mask_));
        bool ready = position != producer.load(std::memory_order_acquire);
        uint32_t length =
            ready ? std::atomic_ref(*head).load(std::memory_order_acquire) : BPF_RINGBUF_BUSY_BIT;
        if (length & BPF_RINGBUF_BUSY_BIT) {
            // The kernel announces a record when it sees the one before consumed. Without a full barrier both
            // sides could miss the other's step, and the record would wait unannounced.
            if (fenced)
                return used;
            std::atomic_thread_fence(std::memory_order_seq_cst);
            fenced = true;
            continue;
        }
        size_t size = length & ~BPF_RINGBUF_DISCARD_BIT, padded = roundUp(size, 8);
        if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
            if (padded > out.size() - used) {
                if (used > 0)
                    return used;
                throw Misuse(ENOBUFS, "the next record has " + std::to_string(padded) +
                                          " bytes; the buffer has " + std::to_string(out.size()));
            }
            std::memcpy(&out[used], head + BPF_RINGBUF_HDR_SZ / sizeof(*head), size);
            std::memset(&out[used] + size, 0, padded - size);
            used += padded;
        }
        position += roundUp(size + BPF_RINGBUF_HDR_SZ, 8);
        consumer.store(position, std::memory_order_release);
        fenced = false;
    }
}

uint64_t Ring::backlog() const {
    unsigned long consumed = positionAt(consumer_).load(std::memory_order_relaxed);
    return positionAt(producer_).load(std::memory_order_acquire) - consumed;
}

} // namespace sysprobe
