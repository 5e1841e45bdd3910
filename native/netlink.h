#pragma once

#include <string>

#include "raii.h"

namespace sysprobe {

/**
 * A netlink socket in the network namespace of the file `netns`; the calling thread stays in its own. Refusal
 * when the namespace cannot be entered or the kernel does not have the protocol.
 */
Fd openNetlink(const std::string &netns, int protocol);

} // namespace sysprobe
