#include "sock_diag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "errors.h"
#include "netlink.h"

namespace sysprobe {
namespace {

/** The kernel fills a dump's messages up to 32 KiB when the reader has room for it. */
constexpr size_t kMessageSize = 32 * 1024;

void ask(const Fd &socket, const SockDiagRequest &request) {
    struct {
        nlmsghdr header;
        inet_diag_req_v2 body;
    } message{};
    message.header.nlmsg_len = sizeof(message);
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.body.sdiag_family = request.family;
    message.body.sdiag_protocol = request.protocol;
    message.body.idiag_ext = request.extensions;
    message.body.idiag_states = request.states;
    if (::send(socket.get(), &message, sizeof(message), 0) < 0)
        throw Refusal(errno, "the request");
}

[[noreturn]] void refuse(int error, const SockDiagRequest &request) {
    if (error == ENOENT)
        throw Misuse(error, "the kernel lists no sockets of family " + std::to_string(request.family) +
                                ", protocol " + std::to_string(request.protocol) +
                                ": it needs inet_diag and tcp_diag or udp_diag");
    throw Refusal(error, "the dump of '" + request.netns + "'");
}

/** The dump's end carries an error too: 0, or what stopped it. */
int errorOf(const nlmsghdr *header) {
    int error = 0;
    if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
        std::memcpy(&error, NLMSG_DATA(header), sizeof(error));
    return -error;
}

size_t append(std::span<uint8_t> out, size_t used, const nlmsghdr *header) {
    uint32_t length = static_cast<uint32_t>(NLMSG_PAYLOAD(header, 0));
    size_t padded = roundUp(length, NLMSG_ALIGNTO);
    if (out.size() - used < sizeof(length) + padded)
        throw Misuse(ENOBUFS, "the dump is larger than the buffer of " + std::to_string(out.size()) +
                                  " bytes; call again with a larger one");
    std::memcpy(&out[used], &length, sizeof(length));
    std::memcpy(&out[used] + sizeof(length), NLMSG_DATA(header), length);
    std::memset(&out[used] + sizeof(length) + length, 0, padded - length);
    return used + sizeof(length) + padded;
}

} // namespace

size_t sockDiag(const SockDiagRequest &request, std::span<uint8_t> out) {
    Fd socket = openNetlink(request.netns, NETLINK_SOCK_DIAG);
    ask(socket, request);
    auto message = std::make_unique_for_overwrite<nlmsghdr[]>(kMessageSize / sizeof(nlmsghdr));
    for (size_t used = 0;;) {
        ssize_t received = ::recv(socket.get(), message.get(), kMessageSize, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            throw Refusal(received < 0 ? errno : EIO, "the answer");
        auto rest = static_cast<uint32_t>(received);
        for (nlmsghdr *header = message.get(); NLMSG_OK(header, rest); header = NLMSG_NEXT(header, rest)) {
            if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
                if (int error = errorOf(header))
                    refuse(error, request);
                return used;
            }
            used = append(out, used, header);
        }
    }
}

} // namespace sysprobe
