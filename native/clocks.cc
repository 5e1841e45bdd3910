#include "clocks.h"

#include <ctime>

namespace sysprobe {
namespace {

uint64_t read(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

} // namespace

Clocks readClocks() {
    // A preemption between two reads would shift every timestamp: the tightest of a few tries wins.
    Clocks best{};
    uint64_t least = UINT64_MAX;
    for (int attempt = 0; attempt < 5; attempt++) {
        uint64_t before = read(CLOCK_BOOTTIME);
        uint64_t realtime = read(CLOCK_REALTIME);
        uint64_t gap = read(CLOCK_BOOTTIME) - before;
        if (gap < least) {
            least = gap;
            best = {realtime, before + gap / 2};
        }
    }
    return best;
}

} // namespace sysprobe
