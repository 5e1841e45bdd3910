#include "peer.h"

#include <cerrno>
#include <sys/socket.h>

#include "errors.h"

namespace sysprobe {

Peer peerOf(int socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        throw Refusal(errno, "the credentials of the socket's peer were asked for");
    }
    return {credentials.pid, credentials.uid, credentials.gid};
}

} // namespace sysprobe
