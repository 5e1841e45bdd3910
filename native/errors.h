#pragma once

#include <napi.h>

#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "log_capture.h"

namespace sysprobe {

/** A failure below the binding: guarded() adds the operation and libbpf's log, and makes it a NativeError. */
struct Failure : std::runtime_error {
    Failure(int error, bool refused, const std::string &message)
        : std::runtime_error(message), error(error), refused(refused) {}

    int error;
    bool refused; // the message says only what was asked; the errno says why it failed
};

/** The caller's mistake; the message is complete. */
struct Misuse : Failure {
    Misuse(int error, const std::string &message) : Failure(error, false, message) {}
};

/** The kernel or libbpf said no to what the message names. */
struct Refusal : Failure {
    Refusal(int error, const std::string &message) : Failure(error, true, message) {}
};

Napi::Error nativeError(Napi::Env env, const char *operation, const Failure &failure, const std::string &log);

/** Runs one call of the binding: everything that fails in it reaches JavaScript as a NativeError. */
template <typename Body> auto guarded(Napi::Env env, const char *operation, Body body) {
    LogCapture log;
    try {
        return body();
    } catch (const Failure &failure) {
        throw nativeError(env, operation, failure, log.text());
    } catch (const std::bad_alloc &) {
        throw nativeError(env, operation, Refusal(ENOMEM, "memory was asked for"), log.text());
    } catch (const std::system_error &error) {
        throw nativeError(env, operation, Refusal(error.code().value(), "a thread was to be started"),
                          log.text());
    }
}

} // namespace sysprobe
