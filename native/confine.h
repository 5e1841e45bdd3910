#pragma once

namespace sysprobe {

/**
 * From now on, and for ever, no thread of this process can start a program, load one into the kernel, open a
 * socket of the network, trace or write into another process, make a namespace, change mounts or modules.
 * What tries gets EPERM.
 */
void confine();

} // namespace sysprobe
