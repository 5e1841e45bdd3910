#include "confine.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "errors.h"

namespace sysprobe {
namespace {

#if defined(__x86_64__)
constexpr uint32_t ARCHITECTURE = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t ARCHITECTURE = AUDIT_ARCH_AARCH64;
#else
#error "the numbers of the system calls of this architecture are not known"
#endif

/** Numbers with this bit are those of x32, another way to the same calls; on arm64 none has it. */
constexpr uint32_t X32_BIT = 0x40000000;

constexpr std::array DENIED{
    // Starting a program.
    __NR_execve, __NR_execveat,
    // Other processes.
    __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_pidfd_getfd, __NR_kcmp,
    // Mounts and roots. setns stays: sockets are looked up in the network namespaces of containers.
    __NR_mount, __NR_umount2, __NR_move_mount, __NR_open_tree, __NR_fsopen, __NR_fsmount, __NR_pivot_root,
    __NR_chroot, __NR_unshare,
    // The machine.
    __NR_init_module, __NR_finit_module, __NR_delete_module, __NR_kexec_load, __NR_kexec_file_load,
    __NR_reboot, __NR_swapon, __NR_swapoff, __NR_acct, __NR_settimeofday, __NR_clock_settime,
    __NR_sethostname, __NR_setdomainname,
    // Opens a file by a handle that somebody made up.
    __NR_open_by_handle_at,
    // Keys, and ways around this filter.
    __NR_add_key, __NR_request_key, __NR_keyctl, __NR_userfaultfd, __NR_io_uring_setup};

constexpr std::array DENIED_FAMILIES{AF_INET, AF_INET6, AF_PACKET, AF_VSOCK};

sock_filter load(size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

sock_filter skipUnless(uint32_t value) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}

sock_filter answer(uint32_t action) {
    return BPF_STMT(BPF_RET | BPF_K, action);
}

std::vector<sock_filter> program() {
    const sock_filter deny = answer(SECCOMP_RET_ERRNO | EPERM);
    const sock_filter allow = answer(SECCOMP_RET_ALLOW);
    std::vector<sock_filter> filter{
        load(offsetof(seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0), deny,
        load(offsetof(seccomp_data, nr)),   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),      deny};
    for (long number : DENIED) {
        filter.insert(filter.end(), {skipUnless(static_cast<uint32_t>(number)), deny});
    }
    filter.insert(filter.end(), {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 1, 0), allow,
                                 load(offsetof(seccomp_data, args))});
    for (int family : DENIED_FAMILIES) {
        filter.insert(filter.end(), {skipUnless(static_cast<uint32_t>(family)), deny});
    }
    filter.push_back(allow);
    return filter;
}

} // namespace

void confine() {
    std::vector<sock_filter> filter = program();
    sock_fprog prog{static_cast<unsigned short>(filter.size()), filter.data()};
    // On every thread: Node's own are running already.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw Refusal(errno, "no_new_privs was asked for");
    long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog);
    if (result < 0)
        throw Refusal(errno, "a seccomp filter for every thread was asked for");
    if (result > 0)
        throw Refusal(EBUSY, "a thread has another seccomp filter");
}

} // namespace sysprobe
