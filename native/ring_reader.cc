#include "ring_reader.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <cerrno>

#include "errors.h"

namespace sysprobe {
namespace {

Fd require(int fd, const char *what) {
    if (fd < 0)
        throw Refusal(errno, what);
    return Fd(fd);
}

void add(const Fd &epoll, int fd, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event))
        throw Refusal(errno, "epoll_ctl");
}

} // namespace

RingReader::RingReader(Napi::Env env, const bpf_map *map, Napi::Function onBacklog)
    : ring_(map), signal_(require(::eventfd(0, EFD_CLOEXEC), "eventfd")),
      epoll_(require(::epoll_create1(EPOLL_CLOEXEC), "epoll")), env_(env) {
    // Edge-triggered: what a program submitted without announcing it must not wake the thread.
    add(epoll_, ring_.fd(), EPOLLIN | EPOLLET);
    add(epoll_, signal_.get(), EPOLLIN);
    notify_ = Notify::New(env, onBacklog, "sysprobe ring", 1, 1);
    notify_.Unref(env);
    // Hooks run from the last to the first, so at the environment's end this one precedes the function's own.
    napi_add_env_cleanup_hook(env, stopAtExit, this);
    try {
        thread_ = std::thread(&RingReader::watch, this);
    } catch (...) {
        stop();
        throw;
    }
    pthread_setname_np(thread_.native_handle(), "sysprobe-ring");
}

RingReader::~RingReader() {
    stop();
}

size_t RingReader::drain(std::span<uint8_t> out) {
    size_t used = ring_.drain(out);
    if (announced_.exchange(false))
        signal();
    return used;
}

void RingReader::stopAtExit(void *self) {
    static_cast<RingReader *>(self)->stop();
}

void RingReader::deliver(Napi::Env env, Napi::Function onBacklog, std::nullptr_t *, void *) {
    if (env == nullptr)
        return;
    try {
        onBacklog.Call({});
    } catch (const Napi::Error &error) {
        napi_fatal_exception(env, error.Value());
    }
}

void RingReader::watch() {
    for (;;) {
        epoll_event event{};
        int ready = ::epoll_wait(epoll_.get(), &event, 1, -1);
        if (ready < 0 && errno != EINTR)
            return;
        if (ready <= 0)
            continue;
        if (event.data.fd == ring_.fd()) {
            announced_ = true;
            if (notify_.NonBlockingCall() == napi_closing)
                return;
        }
        if (!awaitSignal())
            return;
    }
}

/** False when it is time to stop. */
bool RingReader::awaitSignal() {
    uint64_t count;
    while (!stopping_ && ::read(signal_.get(), &count, sizeof(count)) < 0 && errno == EINTR)
        ;
    return !stopping_;
}

void RingReader::signal() {
    uint64_t one = 1;
    // It can only fail when the counter is about to overflow: then the thread is awake already.
    [[maybe_unused]] ssize_t written = ::write(signal_.get(), &one, sizeof(one));
}

void RingReader::stop() {
    if (stopping_.exchange(true))
        return;
    signal();
    if (thread_.joinable())
        thread_.join();
    // A call that is still queued is dropped: nothing may reach JavaScript after close().
    notify_.Abort();
    napi_remove_env_cleanup_hook(env_, stopAtExit, this);
}

} // namespace sysprobe
