#include "errors.h"

#include <bpf/libbpf.h>

#include <cstring>
#include <string_view>

namespace sysprobe {
namespace {

/** The kernel's own "not supported", which is no errno of user space. */
constexpr int kNotSupported = 524;

struct Advice {
    std::string_view operation; // empty = any
    int error;
    const char *text;
};

constexpr const char *kCorrupted =
    "the object is corrupted or was not made for BPF; build or install it again";
constexpr const char *kPrivilege = "BPF needs root, or CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux "
                                   "5.8), and a kernel policy that allows "
                                   "this program type; cgroup programs need CAP_NET_ADMIN too";

constexpr Advice kAdvice[] = {
    {"open", EINVAL, kCorrupted},
    {"open", ENOENT, kCorrupted},
    {"open", ERANGE, kCorrupted},
    {"open", EOPNOTSUPP, kCorrupted},
    {"open", LIBBPF_ERRNO__FORMAT, kCorrupted},
    {"open", LIBBPF_ERRNO__LIBELF, kCorrupted},
    {"open", LIBBPF_ERRNO__RELOC, kCorrupted},
    {"open", LIBBPF_ERRNO__ENDIAN,
     "the object was built for the other byte order; build it on this architecture"},
    {"load", ESRCH, "the kernel must have BTF: /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF=y)"},
    {"load", EACCES, "the verifier rejected a program or a capability is missing; the log says which"},
    {"load", EINVAL,
     "the kernel does not know a map or program of the object, or the verifier rejected it; see the log"},
    {"load", ENOMEM, "the maps do not fit: lower the table sizes or raise the memory limit"},
    {"load", E2BIG, "a map is too large or a program too complex for this kernel; the log says which"},
    {"attach", ENOENT, "this kernel has no such hook"},
    {"attach", EOPNOTSUPP, "the section names no hook that a program can be attached to by name"},
    {"lookupBatch", ENOSPC, "the buffer is smaller than one bucket of the map: give room for more pairs"},
    {"takeBatch", ENOSPC, "the buffer is smaller than one bucket of the map: give room for more pairs"},
    {"attach", EPERM,
     "the kernel's policy, a program that is alone on the cgroup, or a missing capability (CAP_NET_ADMIN for "
     "cgroup programs) forbids it"},
    {"update", EPERM, "the map is read-only"},
    {"update", E2BIG, "the map is full"},
    {"conntrack", EPERM, "another network namespace needs CAP_SYS_ADMIN"},
    {"conntrack", EACCES, "another process's namespace needs CAP_SYS_PTRACE"},
    {"conntrack", EPROTONOSUPPORT,
     "the kernel has no conntrack to read: load the module nf_conntrack_netlink"},
    {"sockDiag", EPERM, "another network namespace needs CAP_SYS_ADMIN"},
    {"sockDiag", EACCES, "another process's namespace needs CAP_SYS_PTRACE"},
    {"", EPERM, kPrivilege},
    {"", ENOMEM, "the kernel is out of memory, or the cgroup or RLIMIT_MEMLOCK limit is too low"},
    {"", EMFILE, "too many open files: raise the limit (ulimit -n)"},
    {"", kNotSupported, "this kernel or map type does not support it"},
};

const char *adviceFor(std::string_view operation, int error) {
    for (const Advice &advice : kAdvice)
        if (advice.error == error && (advice.operation.empty() || advice.operation == operation))
            return advice.text;
    return nullptr;
}

std::string nameOf(int error) {
    if (error == kNotSupported)
        return "ENOTSUPP";
    if (error >= __LIBBPF_ERRNO__START && error < __LIBBPF_ERRNO__END) {
        constexpr const char *kNames[] = {"LIBELF",   "FORMAT",  "KVERSION", "ENDIAN",   "INTERNAL",
                                          "RELOC",    "LOAD",    "VERIFY",   "PROG2BIG", "KVER",
                                          "PROGTYPE", "WRNGPID", "INVSEQ",   "NLPARSE"};
        static_assert(std::size(kNames) == __LIBBPF_ERRNO__END - __LIBBPF_ERRNO__START);
        return std::string("LIBBPF_") + kNames[error - __LIBBPF_ERRNO__START];
    }
    const char *name = strerrorname_np(error);
    return name ? std::string(name) : std::to_string(error);
}

std::string describe(const char *operation, const Failure &failure) {
    std::string message = std::string(operation) + ": " + failure.what();
    if (!failure.refused)
        return message;
    char reason[128] = "";
    libbpf_strerror(failure.error, reason, sizeof(reason));
    message += ": " + nameOf(failure.error) + " (" + reason + ")";
    if (const char *advice = adviceFor(operation, failure.error))
        message += std::string("; ") + advice;
    return message;
}

} // namespace

Napi::Error nativeError(Napi::Env env, const char *operation, const Failure &failure,
                        const std::string &log) {
    Napi::Error error = Napi::Error::New(env, describe(operation, failure));
    error.Set("code", nameOf(failure.error));
    error.Set("errno", Napi::Number::New(env, failure.error));
    error.Set("operation", operation);
    error.Set("log", log);
    return error;
}

} // namespace sysprobe
