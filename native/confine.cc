#include "confine.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <span>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
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
    // Mounts and roots.
    __NR_mount, __NR_umount2, __NR_move_mount, __NR_open_tree, __NR_fsopen, __NR_fspick, __NR_fsmount,
    __NR_mount_setattr, __NR_pivot_root, __NR_chroot, __NR_unshare,
    // The machine.
    __NR_init_module, __NR_finit_module, __NR_delete_module, __NR_kexec_load, __NR_kexec_file_load,
    __NR_reboot, __NR_swapon, __NR_swapoff, __NR_acct, __NR_settimeofday, __NR_clock_settime,
    __NR_sethostname, __NR_setdomainname,
    // Opens a file by a handle that somebody made up.
    __NR_open_by_handle_at,
    // Keys, and ways around this filter.
    __NR_add_key, __NR_request_key, __NR_keyctl, __NR_userfaultfd, __NR_io_uring_setup};

// Runtimes of containers, and the kernel. Of the others some reach the network under another name, as AF_SMC.
constexpr std::array<uint32_t, 2> ALLOWED_FAMILIES{AF_UNIX, AF_NETLINK};

// Sockets are looked up in the network namespaces of containers.
constexpr std::array<uint32_t, 1> ALLOWED_NAMESPACES{CLONE_NEWNET};

// What is loaded and attached stays, and its maps are read; nothing is added, and nothing of others is
// opened.
constexpr std::array<uint32_t, 16> DENIED_BPF{
    BPF_MAP_CREATE,       BPF_PROG_LOAD,           BPF_OBJ_PIN,           BPF_OBJ_GET,
    BPF_PROG_ATTACH,      BPF_RAW_TRACEPOINT_OPEN, BPF_BTF_LOAD,          BPF_LINK_CREATE,
    BPF_LINK_UPDATE,      BPF_ITER_CREATE,         BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_FD_BY_ID,
    BPF_BTF_GET_FD_BY_ID, BPF_LINK_GET_FD_BY_ID,   BPF_PROG_BIND_MAP,     BPF_LINK_DETACH};

constexpr uint32_t NAMESPACES =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

using Filter = std::vector<sock_filter>;

sock_filter load(size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

sock_filter answer(uint32_t action) {
    return BPF_STMT(BPF_RET | BPF_K, action);
}

const sock_filter ALLOW = answer(SECCOMP_RET_ALLOW);
const sock_filter DENY = answer(SECCOMP_RET_ERRNO | EPERM);

/** Runs `then`, which answers, when what was loaded last is `value`. */
void when(Filter &filter, uint32_t value, const Filter &then) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, static_cast<uint8_t>(then.size())));
    filter.insert(filter.end(), then.begin(), then.end());
}

/** By an argument: the lower half is what the kernel takes of an int. */
Filter byArgument(size_t index, std::span<const uint32_t> values, sock_filter found, sock_filter otherwise) {
    Filter filter{load(offsetof(seccomp_data, args) + index * sizeof(uint64_t))};
    for (uint32_t value : values)
        when(filter, value, {found});
    filter.push_back(otherwise);
    return filter;
}

/** Leaves the number of the call loaded. */
Filter onlyThisArchitecture() {
    return {
        load(offsetof(seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0), DENY,
        load(offsetof(seccomp_data, nr)),   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),      DENY};
}

Filter confined() {
    Filter filter = onlyThisArchitecture();
    for (long number : DENIED)
        when(filter, static_cast<uint32_t>(number), {DENY});
    // Its flags are in memory, where a filter cannot look: the C library then takes clone.
    when(filter, __NR_clone3, {answer(SECCOMP_RET_ERRNO | ENOSYS)});
    when(filter, __NR_clone,
         {load(offsetof(seccomp_data, args)), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1), DENY,
          ALLOW});
    when(filter, __NR_socket, byArgument(0, ALLOWED_FAMILIES, ALLOW, DENY));
    when(filter, __NR_setns, byArgument(1, ALLOWED_NAMESPACES, ALLOW, DENY));
    when(filter, __NR_bpf, byArgument(0, DENIED_BPF, DENY, ALLOW));
    filter.push_back(ALLOW);
    return filter;
}

/** On every thread: Node's own are running already. */
void install(Filter filter) {
    sock_fprog prog{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw Refusal(errno, "no_new_privs was asked for");
    long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog);
    if (result < 0)
        throw Refusal(errno, "a seccomp filter for every thread was asked for");
    if (result > 0)
        throw Refusal(EBUSY, "a thread has another seccomp filter");
}

} // namespace

void confine() {
    install(confined());
}

void restartWithoutRings(const std::vector<std::string> &command) {
    // Where none can be made already, the ring came from outside, and would be there again.
    if (::syscall(__NR_io_uring_setup, 0, nullptr) != 0 && errno != EINVAL && errno != EFAULT)
        throw Refusal(errno, "another ring for input and output was asked for");
    Filter filter = onlyThisArchitecture();
    // As from a kernel that has none: libuv does without.
    when(filter, __NR_io_uring_setup, {answer(SECCOMP_RET_ERRNO | ENOSYS)});
    filter.push_back(ALLOW);
    install(std::move(filter));
    // Node.js has marked them to be closed.
    for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::fcntl(stream, F_SETFD, 0);
    std::vector<char *> arguments;
    for (const std::string &argument : command)
        arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    throw Refusal(errno, command[0] + " was to be started again");
}

} // namespace sysprobe
