#pragma once

#include <sys/types.h>

namespace sysprobe {

struct Peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

/** Who connected to a Unix socket, as it was when it did (SO_PEERCRED). */
Peer peerOf(int socket);

} // namespace sysprobe
