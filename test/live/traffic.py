"""Real TCP traffic whose sizes the two ends report themselves.

python3 traffic.py CASE [--host HOST] [--port PORT] [--from-port PORT] [--sent N] [--received N] [--count N]
                        [--netns-server NAME] [--netns-client NAME] [--cgroup-server DIR] [--hold SECONDS|told]
                        [--comm-server NAME] [--comm-client NAME] [--avoid PORT...]

Prints {"port": P} when the server listens, and at the end {"port": P, "client": {"pid", "sent", "received"},
"server": {...}}, a line each.
The server is a child process, so the two ends have different owners. The client holds each connection for --hold, or
until standard input ends. Without --port the kernel chooses one, which soon is one that it chose before: not one
of --avoid.
"""
import argparse
import ctypes
import json
import os
import signal
import socket
import struct
import sys
import time

from netns import PACE, enter_netns

CHUNK = bytes(65536)


def send(sock, size):
    left = size
    while left > 0:
        left -= sock.send(CHUNK[: min(left, len(CHUNK))])
    return size


def receive(sock, size=None):
    total = 0
    while size is None or total < size:
        data = sock.recv(65536 if size is None else min(size - total, 65536))
        if not data:
            break
        total += len(data)
    return total


def reset_on_close(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def family_of(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class Transfer:
    """Each end writes and reads all it was told to, then closes."""

    def __init__(self, args):
        self.args = args

    def listener(self):
        listener = socket.socket(family_of(self.args.host))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.args.host, self.args.port))
        listener.listen(4096)
        return listener

    def connect(self, port):
        return socket.create_connection((self.args.host, port))

    def serve(self, listener):
        sent = received = 0
        for _ in range(self.args.count):
            peer, _ = listener.accept()
            with peer:
                got, gave = self.serve_one(peer)
                received += got
                sent += gave
        return sent, received

    def serve_one(self, peer):
        got = receive(peer, self.args.sent)
        gave = send(peer, self.args.received)
        receive(peer)
        return got, gave

    def use(self, port):
        sent = received = 0
        for _ in range(self.args.count):
            with self.connect(port) as sock:
                sent += send(sock, self.args.sent)
                received += receive(sock, self.args.received)
                self.hold()
        return sent, received

    def hold(self):
        if self.args.hold == "told":
            sys.stdin.read()
        else:
            time.sleep(float(self.args.hold))


class Mapped(Transfer):
    """An IPv6 listener that talks to an IPv4 client."""

    def listener(self):
        listener = socket.socket(socket.AF_INET6)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::", self.args.port))
        listener.listen()
        return listener


class HalfClose(Transfer):
    """The client says that it is done before the server answers."""

    def use(self, port):
        with self.connect(port) as sock:
            sent = send(sock, self.args.sent)
            sock.shutdown(socket.SHUT_WR)
            return sent, receive(sock)

    def serve_one(self, peer):
        got = receive(peer)
        return got, send(peer, self.args.received)


class Aborted(Transfer):
    """The server expects the client to end with a reset."""

    def serve_one(self, peer):
        got = receive(peer, self.args.sent)
        gave = send(peer, self.args.received)
        try:
            receive(peer)
        except ConnectionResetError:
            pass
        return got, gave


class ClientReset(Aborted):
    """The client has read everything and aborts."""

    def use(self, port):
        with self.connect(port) as sock:
            sent = send(sock, self.args.sent)
            received = receive(sock, self.args.received)
            reset_on_close(sock)
        return sent, received


class Unread(Transfer):
    """The server closes with data unread, which resets the connection; TCP had delivered all of it."""

    def use(self, port):
        with self.connect(port) as sock:
            sent = send(sock, self.args.sent)
            try:
                return sent, receive(sock)
            except ConnectionResetError:
                return sent, 0

    def serve_one(self, peer):
        deadline = time.monotonic() + 10 * PACE
        while time.monotonic() < deadline:
            if len(peer.recv(65536, socket.MSG_PEEK)) >= self.args.sent:
                break
            time.sleep(0.005)
        return self.args.sent, 0


class Reconnect(Aborted):
    """One socket, disconnected and connected again."""

    def use(self, port):
        sock = socket.socket(family_of(self.args.host))
        sent = received = 0
        for _ in range(self.args.count):
            sock.connect((self.args.host, port))
            sent += send(sock, self.args.sent)
            received += receive(sock, self.args.received)
            connect_unspec(sock)
        sock.close()
        return sent, received


class Reuse(ClientReset):
    """Each connection from the port of the one before it, at once: a reset leaves nothing to wait for."""

    def use(self, port):
        sent = received = 0
        source = (self.args.host, self.args.from_port)
        for _ in range(self.args.count):
            with socket.socket(family_of(self.args.host)) as sock:
                sock.bind(source)
                sock.connect((self.args.host, port))
                source = sock.getsockname()
                sent += send(sock, self.args.sent)
                received += receive(sock, self.args.received)
                reset_on_close(sock)
        return sent, received


def connect_unspec(sock):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(sock.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16) != 0:
        raise OSError(ctypes.get_errno(), "disconnect")


class Shared(Transfer):
    """A child writes half of it on the inherited socket."""

    def use(self, port):
        with self.connect(port) as sock:
            child = os.fork()
            if child == 0:
                send(sock, self.args.sent // 2)
                os._exit(0)
            os.waitpid(child, 0)
            send(sock, self.args.sent - self.args.sent // 2)
            return self.args.sent, receive(sock, self.args.received)


class Forked(Transfer):
    """The server forks a worker for the connection, which serves and closes it."""

    def serve(self, listener):
        peer, _ = listener.accept()
        self.worker = os.fork()
        if self.worker == 0:
            self.serve_one(peer)
            peer.close()
            os._exit(0)
        peer.close()
        os.waitpid(self.worker, 0)
        return self.args.received, self.args.sent


class Mptcp(Transfer):
    """Both ends speak multipath TCP, over one subflow."""

    def listener(self):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
        listener.bind((self.args.host, self.args.port))
        listener.listen()
        return listener

    def connect(self, port):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
        sock.connect((self.args.host, port))
        return sock


class FastOpen(Transfer):
    """The first bytes travel in the SYN, from the second connection on."""

    def listener(self):
        listener = super().listener()
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
        return listener

    def use(self, port):
        sent = received = 0
        for _ in range(self.args.count):
            with socket.socket() as sock:
                sent += sock.sendto(CHUNK[: self.args.sent], socket.MSG_FASTOPEN, (self.args.host, port))
                received += receive(sock, self.args.received)
        return sent, received


CASES = {
    "transfer": Transfer,
    "mapped": Mapped,
    "half-close": HalfClose,
    "client-reset": ClientReset,
    "unread": Unread,
    "reconnect": Reconnect,
    "reuse": Reuse,
    "shared": Shared,
    "forked": Forked,
    "mptcp": Mptcp,
    "fast-open": FastOpen,
}


def die_with_parent():
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_pdeathsig = 1
    libc.prctl(pr_set_pdeathsig, signal.SIGTERM)


def take_name(name):
    if name:
        with open("/proc/self/comm", "w") as comm:
            comm.write(name)


def bound_elsewhere(bound, avoid):
    """A bound socket whose port is none of these; the one before it is open until then."""
    sock = bound()
    while sock.getsockname()[1] in avoid:
        sock = bound()
    return sock


def refused(args):
    """Nothing listens: the kernel answers with a reset."""
    take_name(args.comm_client)
    enter_netns(args.netns_client)

    def holder():
        sock = socket.socket(family_of(args.host))
        sock.bind((args.host, args.port))
        return sock

    held = bound_elsewhere(holder, args.avoid)
    port = held.getsockname()[1]
    for _ in range(args.count):
        try:
            socket.create_connection((args.host, port))
            raise SystemExit("the connection was not refused")
        except ConnectionRefusedError:
            pass
    return {"port": port, "client": {"pid": os.getpid(), "sent": 0, "received": 0}}


def exchange(case, args):
    read_end, write_end = os.pipe()
    server = os.fork()
    if server == 0:
        os.close(read_end)
        if args.cgroup_server:
            with open(os.path.join(args.cgroup_server, "cgroup.procs"), "w") as procs:
                procs.write("0")
        die_with_parent()
        take_name(args.comm_server)
        enter_netns(args.netns_server)
        listener = bound_elsewhere(case.listener, args.avoid)
        os.write(write_end, f"{listener.getsockname()[1]}\n".encode())
        sent, received = case.serve(listener)
        listener.close()
        server = getattr(case, "worker", os.getpid())
        os.write(write_end, json.dumps({"pid": server, "sent": sent, "received": received}).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answers:
        port = int(answers.readline())
        print(json.dumps({"port": port}), flush=True)
        take_name(args.comm_client)
        enter_netns(args.netns_client)
        sent, received = case.use(port)
        report = json.loads(answers.read())
    os.waitpid(server, 0)
    return {
        "port": port,
        "client": {"pid": os.getpid(), "sent": sent, "received": received},
        "server": report,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=[*CASES, "refused"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--from-port", type=int, default=0)
    parser.add_argument("--sent", type=int, default=0)
    parser.add_argument("--received", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--hold", default=0)
    parser.add_argument("--netns-server")
    parser.add_argument("--netns-client")
    parser.add_argument("--cgroup-server")
    parser.add_argument("--comm-server")
    parser.add_argument("--comm-client")
    parser.add_argument("--avoid", type=int, nargs="*", default=[])
    args = parser.parse_args()
    report = refused(args) if args.case == "refused" else exchange(CASES[args.case](args), args)
    json.dump(report, sys.stdout)


main()
