#include "netlink.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <thread>

#include "errors.h"

namespace sysprobe {
namespace {

struct Opened {
    Fd socket;
    int error = 0;
};

Opened openHere(const std::string &netns, int protocol) {
    Fd file(::open(netns.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::setns(file.get(), CLONE_NEWNET))
        return {{}, errno};
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    int error = socket ? 0 : errno;
    return {std::move(socket), error};
}

} // namespace

Fd openNetlink(const std::string &netns, int protocol) {
    // A netlink socket stays in the namespace it was made in, so only a thread of its own has to go there.
    Opened opened;
    std::thread([&] { opened = openHere(netns, protocol); }).join();
    if (opened.error)
        throw Refusal(opened.error, "network namespace '" + netns + "'");
    return std::move(opened.socket);
}

} // namespace sysprobe
