#include "conntrack.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "args.h"
#include "errors.h"
#include "netlink.h"

namespace sysprobe {
namespace {

/** Without it the kernel repeats the request in each answer that is an error. */
void askForShortErrors(const Fd &socket) {
    int on = 1;
    if (::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
        throw Refusal(errno, "NETLINK_CAP_ACK");
}

/** The size of the next answer, which is only whole when it fits; -1 when there is none. */
ssize_t receive(const Fd &socket, std::span<uint8_t> out) {
    for (;;) {
        ssize_t size = ::recv(socket.get(), out.data(), out.size(), MSG_DONTWAIT | MSG_TRUNC);
        if (size >= 0 || errno == EAGAIN)
            return size;
        if (errno != EINTR)
            throw Refusal(errno, "the answers");
    }
}

/** The kernel answers while it is being sent the requests: when that returns, nothing more is to come. */
size_t ask(const Fd &socket, std::span<const uint8_t> requests, std::span<uint8_t> answers) {
    if (::send(socket.get(), requests.data(), requests.size(), 0) < 0)
        throw Refusal(errno, "the requests");
    size_t used = 0;
    bool whole = true;
    for (ssize_t size; (size = receive(socket, answers.subspan(used))) >= 0;) {
        size_t padded = roundUp(static_cast<size_t>(size), NLMSG_ALIGNTO);
        whole = whole && padded <= answers.size() - used;
        if (!whole)
            continue; // the rest must not be taken for answers to the next requests
        std::memset(&answers[used] + size, 0, padded - static_cast<size_t>(size));
        used += padded;
    }
    if (!whole)
        throw Misuse(ENOBUFS, "the answers do not fit the buffer of " + std::to_string(answers.size()) +
                                  " bytes; they are lost");
    return used;
}

} // namespace

Napi::Function Conntrack::define(Napi::Env env) {
    return DefineClass(env, "Conntrack",
                       {
                           InstanceMethod<&Conntrack::exchange>("exchange", napi_default_method),
                           InstanceMethod<&Conntrack::close>("close", napi_default_method),
                       });
}

Conntrack::Conntrack(const Napi::CallbackInfo &info) : ObjectWrap(info) {
    guarded(info.Env(), "conntrack", [&] {
        socket_ = openNetlink(toText(info[0], "netns"), NETLINK_NETFILTER);
        askForShortErrors(socket_);
    });
}

Napi::Value Conntrack::exchange(const Napi::CallbackInfo &info) {
    return guarded(info.Env(), "exchange", [&] {
        std::span<uint8_t> requests = toBytes(info[0], "requests");
        std::span<uint8_t> answers = toBytes(info[1], "answers");
        if (!socket_)
            throw Misuse(EBADF, "the socket is closed");
        return Napi::Number::New(info.Env(), static_cast<double>(ask(socket_, requests, answers)));
    });
}

Napi::Value Conntrack::close(const Napi::CallbackInfo &info) {
    socket_ = Fd();
    return info.Env().Undefined();
}

} // namespace sysprobe
