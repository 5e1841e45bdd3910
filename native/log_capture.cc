#include "log_capture.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>

namespace sysprobe {
namespace {

constexpr size_t kKept = 64 * 1024;
thread_local LogCapture *current = nullptr;

int print(libbpf_print_level level, const char *format, va_list arguments) {
    if (level == LIBBPF_DEBUG || !current)
        return 0;
    va_list measured;
    va_copy(measured, arguments);
    int length = std::vsnprintf(nullptr, 0, format, measured);
    va_end(measured);
    if (length <= 0)
        return 0;
    std::string line(static_cast<size_t>(length), '\0');
    std::vsnprintf(line.data(), line.size() + 1, format, arguments);
    current->append(std::move(line));
    return length;
}

} // namespace

LogCapture::LogCapture() : outer_(current) {
    current = this;
}

LogCapture::~LogCapture() {
    current = outer_;
}

void LogCapture::append(std::string line) {
    text_ += line;
    if (text_.size() > kKept)
        text_.erase(0, text_.size() - kKept);
}

void LogCapture::install() {
    libbpf_set_print(print);
}

} // namespace sysprobe
