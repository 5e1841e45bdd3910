#pragma once

namespace sysprobe {

/**
 * From now on, and for ever, no thread of this process can start a program, gain a privilege by one, open a
 * socket of the network, trace or write into another process, change mounts or modules. Attempts fail with
 * EPERM.
 */
void confine();

} // namespace sysprobe
