#pragma once

#include <string>

namespace sysprobe {

/**
 * Collects the warnings that libbpf prints on this thread while it lives. libbpf has one print hook for the
 * whole process, so the hook looks up the capture of the thread that it is called on.
 */
class LogCapture {
  public:
    LogCapture();
    ~LogCapture();
    LogCapture(const LogCapture &) = delete;
    LogCapture &operator=(const LogCapture &) = delete;

    /** Newest last; only the end is kept of what is longer than 64 KiB. */
    const std::string &text() const { return text_; }
    void append(std::string line);

    /** Called when the addon is loaded, in every thread that loads it: the same hook each time. */
    static void install();

  private:
    LogCapture *outer_;
    std::string text_;
};

} // namespace sysprobe
