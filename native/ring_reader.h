#pragma once

#include <napi.h>

#include <atomic>
#include <span>
#include <thread>

#include "raii.h"
#include "ring.h"

namespace sysprobe {

/**
 * A ring and the thread that waits for its announcements. The thread calls `onBacklog` once, then sleeps
 * until the next drain: a program that announces every record while JavaScript is busy wakes nobody. It keeps
 * neither the event loop nor the process alive.
 */
class RingReader {
  public:
    RingReader(Napi::Env env, const bpf_map *map, Napi::Function onBacklog);
    ~RingReader();
    RingReader(const RingReader &) = delete;
    RingReader &operator=(const RingReader &) = delete;

    size_t drain(std::span<uint8_t> out);
    uint64_t backlog() const { return ring_.backlog(); }

  private:
    static void deliver(Napi::Env env, Napi::Function onBacklog, std::nullptr_t *context, void *data);
    static void stopAtExit(void *self);
    using Notify = Napi::TypedThreadSafeFunction<std::nullptr_t, void, deliver>;

    void watch();
    bool awaitSignal();
    void signal();
    void stop();

    Ring ring_;
    Fd signal_; // eventfd: armed again, or stop
    Fd epoll_;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> announced_ = false;
    Napi::Env env_;
    Notify notify_;
    std::thread thread_;
};

} // namespace sysprobe
