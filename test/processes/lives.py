"""Starts one process of every kind, waits for their ends and writes what it knows of them, as JSON."""

import ctypes
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time

libc = ctypes.CDLL(None)
SYS_EXIT = 60 if os.uname().machine == "x86_64" else 93


def life(name, child, **expected):
    """Runs `child` in a process of its own; `expected` is what the record is to have beside its end."""
    pid = os.fork()
    if pid == 0:
        try:
            child()
        finally:
            os._exit(111)
    _, status = os.waitpid(pid, 0)
    end = {"exitCode": os.WEXITSTATUS(status)} if os.WIFEXITED(status) else {"signal": os.WTERMSIG(status)}
    return {"name": name, "pid": pid, "expected": {"pid": pid, "parentPid": os.getpid(), **end, **expected}}


def execute(*args):
    return lambda: os.execv(args[0], args)


def executed(name, path, *args, **expected):
    """A life that executes `path`; of a link, what it leads to shows."""
    exe = os.path.realpath(path)
    return life(name, execute(path, *args), exe=exe, args=[path, *args], executions=1, **expected)


def kill_self(number):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), number)


def outlived(finish):
    """The main thread ends first, by itself; another one ends the process."""

    def child():
        def other():
            time.sleep(0.05)
            finish()

        threading.Thread(target=other).start()
        libc.syscall(SYS_EXIT, 9)

    return child


def as_nobody():
    os.setgid(65534)
    os.setuid(65534)
    os.execv("/bin/true", ["/bin/true"])


def from_memory():
    file = os.memfd_create("ghost")
    with open("/bin/true", "rb") as source:
        os.write(file, source.read())
    os.execv(f"/proc/self/fd/{file}", ["ghost"])


def cases(folder):
    python = os.path.realpath("/proc/self/exe")
    yield executed("an exit code", "/bin/sh", "-c", "exit 3")
    yield life("a fork that executes nothing", lambda: os._exit(7), exe=python)
    yield life("a signal", lambda: kill_self(signal.SIGKILL))
    yield life("a signal that would leave a core", lambda: kill_self(signal.SIGSEGV))
    chain = ["-c", 'exec /bin/sh -c "exec /bin/sleep 0"']
    yield life(
        "a chain of executions",
        execute("/bin/sh", *chain),
        exe=os.path.realpath("/bin/sleep"),
        args=["/bin/sleep", "0"],
        comm="sleep",
        executions=3,
    )
    yield life("a main thread that ends before the others", outlived(lambda: os._exit(3)), exe=python)
    yield life("threads that end one by one", outlived(lambda: libc.syscall(SYS_EXIT, 2)), exe=python)
    yield life("another user", as_nobody, uid=65534, exe=os.path.realpath("/bin/true"))
    yield life("a file in memory", from_memory, exe="/memfd:ghost", args=["ghost"])

    script = os.path.join(folder, "script")
    with open(script, "w") as file:
        file.write("#!/bin/sh\nexit 4\n")
    os.chmod(script, 0o755)
    yield life(
        "a script", execute(script, "a"), exe=os.path.realpath("/bin/sh"), args=["/bin/sh", script, "a"]
    )

    gone = os.path.join(folder, "gone")
    shutil.copy("/bin/true", gone)

    def vanish():
        os.execv("/bin/sh", ["/bin/sh", "-c", f"exec {gone} x"])

    yield life("a copy of a program", vanish, exe=gone, args=[gone, "x"])

    deep = os.path.join(folder, *["d" * 60] * 8)
    os.makedirs(deep)
    shutil.copy("/bin/true", os.path.join(deep, "true"))
    yield executed("a long path", os.path.join(deep, "true"))

    true = os.path.realpath("/bin/true")
    odd = [b"/bin/true", b"\xff\xfe\x41", "gr\u00fc\u00df\u4f60\U0001f600".encode(), b"", b"two\nlines"]
    shown = ["/bin/true", "\ufffd\ufffdA", "gr\u00fc\u00df\u4f60\U0001f600", "", "two\nlines"]
    yield life("arguments that are not UTF-8", lambda: os.execv("/bin/true", odd), exe=true, args=shown)
    huge = ["/bin/true", *["x" * 100_000] * 20, "y" * 97_000]
    resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.RLIM_INFINITY))
    yield life(
        "arguments of 2 MiB",
        lambda: os.execv("/bin/true", huge),
        exe=true,
        args=["/bin/true", "x" * (4096 - len("/bin/true") - 1)],
        argsCut=True,
    )
    many = ["/bin/true", *[str(number) for number in range(1000)]]
    yield life(
        "a thousand arguments", lambda: os.execv("/bin/true", many), exe=true, args=many[:256], argsCut=True
    )
    secret = ["/bin/true", "--password", "hunter2", "TOKEN=abc", "db://u:p@h/"]
    yield life(
        "secrets",
        lambda: os.execv("/bin/true", secret),
        exe=true,
        args=["/bin/true", "--password", "********", "TOKEN=********", "db://u:********@h/"],
    )


with tempfile.TemporaryDirectory() as scratch:
    print(json.dumps(list(cases(scratch))))
