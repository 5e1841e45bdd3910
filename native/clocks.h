#pragma once

#include <cstdint>

namespace sysprobe {

struct Clocks {
    uint64_t realtime; // nanoseconds
    uint64_t boottime;
};

/** Both clocks at one moment, as near as they can be read. */
Clocks readClocks();

} // namespace sysprobe
