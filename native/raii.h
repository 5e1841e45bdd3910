#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

namespace sysprobe {

/** An open file descriptor, closed once. */
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd &operator=(Fd &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() {
        if (fd_ >= 0)
            ::close(fd_);
    }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/** A shared mapping of a BPF map's memory. */
class Mapping {
  public:
    Mapping(int fd, size_t size, int protection, off_t offset = 0)
        : address_(::mmap(nullptr, size, protection, MAP_SHARED, fd, offset)), size_(size) {}
    Mapping(Mapping &&other) noexcept
        : address_(std::exchange(other.address_, MAP_FAILED)), size_(other.size_) {}
    Mapping &operator=(Mapping &&) = delete;
    ~Mapping() {
        if (address_ != MAP_FAILED)
            ::munmap(address_, size_);
    }

    explicit operator bool() const { return address_ != MAP_FAILED; }
    unsigned char *data() const { return static_cast<unsigned char *>(address_); }

  private:
    void *address_;
    size_t size_;
};

/** No signal reaches this thread while it lives. */
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

constexpr size_t roundUp(size_t size, size_t step) {
    return (size + step - 1) / step * step;
}

} // namespace sysprobe
