#pragma once

#include <bpf/libbpf.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "raii.h"

namespace sysprobe {

/**
 * The reading side of a BPF ring buffer. libbpf's own reader hands a record over after it consumed it, so the
 * caller must know the largest record beforehand and cannot ask how much waits; reading the mapped pages here
 * looks at a record's length first, and leaves in the ring what does not fit.
 */
class Ring {
  public:
    explicit Ring(const bpf_map *map);

    /**
     * Moves whole records into `out`, each at the next multiple of 8 with zeros between, and returns the
     * bytes used. Stops at a record that a program still writes. Misuse(ENOBUFS) when not even the next
     * record fits.
     */
    size_t drain(std::span<uint8_t> out);
    /** Bytes in the ring, the 8-byte heads of the records included. */
    uint64_t backlog() const;
    /** Becomes readable when the kernel announces data. */
    int fd() const { return fd_; }

  private:
    int fd_;
    uint64_t mask_;
    Mapping consumer_;
    Mapping producer_;
};

} // namespace sysprobe
