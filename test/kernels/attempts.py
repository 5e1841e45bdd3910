"""Tries what the probe must not do, each in a process of its own, and prints what came of it as JSON:
attempts.py PID; PID is another process of the same user. The order is that of the names."""
import ctypes
import json
import os
import signal
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
other = int(sys.argv[1])


def call(function, *arguments):
    if function(*arguments) == -1:
        raise OSError(ctypes.get_errno(), "")


def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT))


def read(path):
    os.close(os.open(path, os.O_RDONLY))


def mount():
    call(libc.mount, b"none", b"/mnt", b"tmpfs", 0, None)
    call(libc.umount2, b"/mnt", 2)


def make_device():
    os.mknod("/run/sysprobe-attempt", 0o020600, os.makedev(1, 1))
    os.unlink("/run/sysprobe-attempt")


def trace():
    call(libc.ptrace, 16, other, 0, 0)


def load_module():
    call(libc.syscall, 175 if os.uname().machine == "x86_64" else 105, b"", 0, b"")


def leave():
    with open("/proc/self/attr/current", "w") as file:
        file.write("changeprofile unconfined")


attempts = {
    "write to the host": lambda: write("/etc/sysprobe-attempt"),
    "write a setting of the kernel": lambda: write("/proc/sys/kernel/hostname"),
    "write a cgroup": lambda: write("/sys/fs/cgroup/cgroup.procs"),
    "read a secret": lambda: read("/etc/shadow"),
    "read a home": lambda: read("/root"),
    "read a disk": lambda: read("/dev/mem"),
    "read the memory of a process": lambda: read(f"/proc/{other}/mem"),
    "trace a process": trace,
    "signal a process": lambda: os.kill(other, signal.SIGCONT),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "mount": mount,
    "make a device": make_device,
    "load a module": load_module,
    "open a socket of the network": lambda: socket.socket(socket.AF_INET).close(),
    "open a raw socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    "become another user": lambda: os.setuid(1000),
    "change the root": lambda: os.chroot("/mnt"),
    "leave the profile": leave,
}


def outcome(attempt):
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            attempt()
            code = 0
        except OSError as error:
            code = error.errno
        os.write(writer, str(code).encode())
        os._exit(0)
    os.close(writer)
    os.wait()
    # A program that was started has written nothing.
    code = os.read(reader, 16).decode() or "0"
    return "refused" if int(code) in (1, 13) else "done"


print(json.dumps({name: outcome(attempt) for name, attempt in attempts.items()}))
