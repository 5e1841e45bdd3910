#pragma once

#include <string>
#include <vector>

namespace sysprobe {

/**
 * From now on, and for ever, no thread of this process can start a program, load one into the kernel, open a
 * socket of the network, trace or write into another process, make a namespace or enter one but of the
 * network, change mounts or modules.
 * What tries gets EPERM.
 */
void confine();

/**
 * Starts `command`, a path and its arguments, in the place of this program, where the kernel makes no ring
 * for input and output: what is asked for by a ring passes no filter, so that one which was made before
 * confine() would be a way around it. Comes back only by throwing.
 */
[[noreturn]] void restartWithoutRings(const std::vector<std::string> &command);

} // namespace sysprobe
