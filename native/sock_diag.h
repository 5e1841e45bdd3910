#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sysprobe {

struct SockDiagRequest {
    std::string netns;
    uint8_t family;
    uint8_t protocol;
    uint8_t extensions;
    uint32_t states;
};

/**
 * One dump of a network namespace's sockets: each inet_diag_msg with its attributes behind its u32 length,
 * padded to 4. Misuse(ENOBUFS) when `out` is too small for the whole dump.
 */
size_t sockDiag(const SockDiagRequest &request, std::span<uint8_t> out);

} // namespace sysprobe
