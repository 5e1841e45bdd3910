"""Real UDP traffic whose ends report themselves what they sent and received.

python3 datagrams.py CASE [--host HOST] [--to ADDRESS] [--packets N] [--size N] [--every N] [--seed N]
                          [--netns-server NAME] [--netns-client NAME] [--cgroup-server DIR]

Prints a JSON list with one entry a conversation and side: {"pid", "netns", "role", "source": [ip, port],
"dest": [ip, port], "sent": {"bytes", "packets"}, "received": {...}, "lost"}. Sizes are random up to --size; every
--every datagrams the server answers, and the client waits for that, so that no receive buffer overflows. The server
is a child process, so that the two ends have different owners. Both live and keep their sockets until standard input
ends. --to is where the client sends when that is not where the server listens (--host).
"""
import argparse
import json
import os
import random
import socket
import struct
import sys
import time

from netns import PACE, enter_netns, netns_id

SOL_UDP = 17
UDP_SEGMENT = 103
UDP_GRO = 104
MSG_MORE = 0x8000
IPV6_HOPOPTS = 54
IPV6_DSTOPTS = 59
SEGMENT = 1000
CONTROL_BYTES = socket.CMSG_SPACE(4)


class Side:
    """What one socket did with one peer."""

    def __init__(self, sock, role, source, dest):
        self.sock, self.role, self.source, self.dest = sock, role, source, dest
        self.sent = {"bytes": 0, "packets": 0}
        self.received = {"bytes": 0, "packets": 0}
        self.lost = 0

    def send(self, data, packets=1, flags=0):
        self.sock.sendto(data, flags, self.dest)
        self.count(self.sent, len(data), packets)

    @staticmethod
    def count(total, size, packets=1):
        total["bytes"] += size
        total["packets"] += packets

    def report(self):
        plain = lambda end: [end[0].removeprefix("::ffff:"), end[1]]
        return {
            "pid": os.getpid(),
            "netns": netns_id(),
            "role": self.role,
            "source": plain(self.source),
            "dest": plain(self.dest),
            "sent": self.sent,
            "received": self.received,
            "lost": self.lost,
        }


class Server:
    """Counts by peer and answers every so many datagrams."""

    def __init__(self, args):
        self.args = args
        self.every = args.every
        self.random = random.Random(args.seed + 1)
        self.sides = {}

    def listen(self):
        host = self.args.host
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((host, 0))
        return sock

    def receive(self, sock):
        data, peer = sock.recvfrom(65536)
        return len(data), 1, peer

    def run(self, sock, packets):
        left = packets
        while left > 0:
            size, count, peer = self.receive(sock)
            left -= count
            side = self.sides.setdefault(peer, Side(sock, "server", self.local(sock, peer), peer))
            before = side.received["packets"] // self.every
            side.count(side.received, size, count)
            if side.received["packets"] // self.every > before:
                side.send(bytes(self.random.randint(0, 100)))

    def local(self, sock, peer):
        """The address that the peer sends to: what a socket bound to none would answer from."""
        with socket.socket(sock.family, socket.SOCK_DGRAM) as probe:
            probe.connect(peer)
            return (self.args.to or probe.getsockname()[0], sock.getsockname()[1])


class Client:
    def __init__(self, args):
        self.args = args
        self.random = random.Random(args.seed)

    def side(self, host, port, connect=True):
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        sock.settimeout(20 * PACE)
        with socket.socket(sock.family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, port))
            local = probe.getsockname()[0]
        if connect:
            sock.connect((host, port))
        else:
            sock.bind((local, 0))
        return Side(sock, "client", (local, sock.getsockname()[1]), (host, port))

    def exchange(self, side, packets):
        """Sends them, and takes the answers."""
        for number in range(1, packets + 1):
            self.send_one(side)
            if number % self.args.every == 0:
                side.count(side.received, len(side.sock.recv(65536)))

    def send_one(self, side):
        side.send(bytes(self.random.randint(0, self.args.size)))

    def run(self, ports):
        """One connected socket."""
        side = self.side(self.args.to or self.args.host, ports[0])
        self.exchange(side, self.args.packets)
        return [side]


class Case:
    server = Server
    client = Client
    servers = 1

    @staticmethod
    def datagrams(args):
        """What each server is to receive."""
        return args.packets


class Unconnected(Case):
    """One socket, three peers."""

    servers = 3

    class client(Client):
        def run(self, ports):
            sides = [self.side(self.args.to or self.args.host, port, connect=False) for port in ports]
            for side in sides[1:]:
                side.sock, side.source = sides[0].sock, sides[0].source
            for side in sides:
                self.exchange(side, self.args.packets)
            return sides


class Mapped(Case):
    """IPv6 sockets that talk IPv4."""

    class server(Server):
        def listen(self):
            sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind(("::", 0))
            return sock

    class client(Client):
        def side(self, host, port, connect=True):
            return super().side(f"::ffff:{host}", port, connect)


class Segmented(Case):
    """UDP_SEGMENT: one call of send, several datagrams."""

    @staticmethod
    def datagrams(args):
        return args.packets * 6

    class client(Client):
        def side(self, host, port, connect=True):
            side = super().side(host, port, connect)
            side.sock.setsockopt(SOL_UDP, UDP_SEGMENT, SEGMENT)
            return side

        def exchange(self, side, packets):
            for _ in range(packets):
                side.send(bytes(5 * SEGMENT + 500), packets=6)
                for _ in range(6 // self.args.every):
                    side.count(side.received, len(side.sock.recv(65536)))


class Coalesced(Segmented):
    """The receiver asks for them together (UDP_GRO), which not every kernel does over loopback."""

    class server(Server):
        def __init__(self, args):
            super().__init__(args)
            self.every = 6

        def listen(self):
            sock = super().listen()
            sock.setsockopt(SOL_UDP, UDP_GRO, 1)
            return sock

        def receive(self, sock):
            data, control, _, peer = sock.recvmsg(65536, CONTROL_BYTES)
            segment = next((struct.unpack("i", c[:4])[0] for _, kind, c in control if kind == UDP_GRO), len(data))
            return len(data), -(-len(data) // segment), peer

    class client(Segmented.client):
        def exchange(self, side, packets):
            for _ in range(packets):
                side.send(bytes(5 * SEGMENT + 500), packets=6)
                side.count(side.received, len(side.sock.recv(65536)))


class Large(Case):
    class client(Client):
        def send_one(self, side):
            side.send(bytes(60_000))


class Corked(Case):
    """One datagram of two calls."""

    class client(Client):
        def send_one(self, side):
            side.sock.sendto(bytes(100), MSG_MORE, side.dest)
            side.sock.sendto(bytes(23), 0, side.dest)
            side.count(side.sent, 123)


class Options(Case):
    """IP options, or IPv6 extension headers, before the UDP header."""

    class client(Client):
        def side(self, host, port, connect=True):
            side = super().side(host, port, connect)
            if side.sock.family == socket.AF_INET:
                side.sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([1, 1, 1, 0]))
            else:
                padding = bytes([0, 0, 1, 4, 0, 0, 0, 0])
                side.sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HOPOPTS, padding)
                side.sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, padding)
            return side


class Shared(Case):
    """A child sends half of them on the inherited socket."""

    class client(Client):
        def run(self, ports):
            side = self.side(self.args.host, ports[0])
            self.exchange(side, 1)
            read_end, write_end = os.pipe()
            if os.fork() == 0:
                self.exchange(side, self.args.packets // 2)
                os.write(write_end, json.dumps([side.sent, side.received]).encode())
                os._exit(0)
            os.close(write_end)
            with os.fdopen(read_end) as answer:
                side.sent, side.received = json.loads(answer.read())
            os.wait()
            self.exchange(side, self.args.packets - 1 - self.args.packets // 2)
            return [side]


class Reused(Case):
    """Three sockets, one after the other, with the same two ends."""

    class client(Client):
        def run(self, ports):
            sides = []
            for _ in range(3):
                side = self.side(self.args.host, ports[0], connect=False)
                if sides:
                    side.sock.close()
                    side.sock = socket.socket(side.sock.family, socket.SOCK_DGRAM)
                    side.source = sides[0].source
                    side.sock.bind(side.source)
                self.exchange(side, self.args.packets // 3)
                side.sock.close()
                sides.append(side)
            return sides


class Resumed(Case):
    """One socket, silent for some seconds in between, which makes two conversations."""

    class server(Server):
        def run(self, sock, packets):
            super().run(sock, packets // 2)
            before, self.sides = self.sides, {}
            super().run(sock, packets - packets // 2)
            self.sides.update({("before", *peer): side for peer, side in before.items()})

    class client(Client):
        def run(self, ports):
            first = self.side(self.args.host, ports[0])
            self.exchange(first, self.args.packets // 2)
            time.sleep(4)
            second = Side(first.sock, "client", first.source, first.dest)
            self.exchange(second, self.args.packets - self.args.packets // 2)
            return [first, second]


class Overflow(Case):
    """Nobody reads until all are sent: the server tells how many its buffer kept."""

    class server(Server):
        def listen(self):
            sock = super().listen()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            return sock

        def run(self, sock, packets):
            sys.stdin.readline()
            sock.setblocking(False)
            try:
                while True:
                    super().run(sock, 1)
            except BlockingIOError:
                for side in self.sides.values():
                    side.lost = packets - side.received["packets"]

    class client(Client):
        def exchange(self, side, packets):
            for _ in range(packets):
                self.send_one(side)


class Filtered(Case):
    """The firewall lets only some of them out: sendto tells which."""

    class client(Client):
        def exchange(self, side, packets):
            while side.sent["packets"] < packets:
                try:
                    self.send_one(side)
                except PermissionError:
                    continue
                if side.sent["packets"] % self.args.every == 0:
                    side.count(side.received, len(side.sock.recv(65536)))


class Closed(Case):
    """Nobody listens."""

    servers = 0

    class client(Client):
        def run(self, ports):
            with socket.socket(socket.AF_INET6 if ":" in self.args.host else socket.AF_INET, socket.SOCK_DGRAM) as holder:
                holder.bind((self.args.host, 0))
                port = holder.getsockname()[1]
            side = self.side(self.args.host, port, connect=False)
            for _ in range(self.args.packets):
                self.send_one(side)
            return [side]


class Sockets(Case):
    """A socket for each datagram."""

    class client(Client):
        def run(self, ports):
            sides = []
            for _ in range(self.args.packets):
                side = self.side(self.args.host, ports[0])
                self.exchange(side, 1)
                sides.append(side)
            return sides


class Group(Case):
    """To a multicast group or a broadcast address (--to), without an answer."""

    class server(Server):
        def listen(self):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("0.0.0.0", 0))
            if int(self.args.to.split(".")[0]) in range(224, 240):
                member = socket.inet_aton(self.args.to) + socket.inet_aton(self.args.host)
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            return sock

        def local(self, sock, peer):
            return (self.args.to, sock.getsockname()[1])

    class client(Client):
        def run(self, ports):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.connect((self.args.to, ports[0]))
            side = Side(sock, "client", sock.getsockname(), (self.args.to, ports[0]))
            for _ in range(self.args.packets):
                self.send_one(side)
            return [side]


CASES = {
    "connected": Case,
    "unconnected": Unconnected,
    "mapped": Mapped,
    "segmented": Segmented,
    "coalesced": Coalesced,
    "large": Large,
    "corked": Corked,
    "options": Options,
    "shared": Shared,
    "reused": Reused,
    "resumed": Resumed,
    "overflow": Overflow,
    "filtered": Filtered,
    "closed": Closed,
    "sockets": Sockets,
    "group": Group,
}


def start_server(case, args):
    """Returns its port, where it takes a line as the sign to read, and where its report comes from."""
    answers, answer = os.pipe()
    signs, sign = os.pipe()
    if os.fork() == 0:
        os.dup2(signs, 0)
        os.close(sign)
        if args.cgroup_server:
            with open(os.path.join(args.cgroup_server, "cgroup.procs"), "w") as procs:
                procs.write("0")
        enter_netns(args.netns_server)
        server = case.server(args)
        sock = server.listen()
        os.write(answer, f"{sock.getsockname()[1]}\n".encode())
        server.run(sock, case.datagrams(args))
        os.write(answer, json.dumps([side.report() for side in server.sides.values()]).encode())
        os.close(answer)
        sys.stdin.read()
        os._exit(0)
    os.close(answer)
    os.close(signs)
    handle = os.fdopen(answers)
    return int(handle.readline()), sign, handle


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--to")
    parser.add_argument("--packets", type=int, default=100)
    parser.add_argument("--size", type=int, default=1400)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--netns-server")
    parser.add_argument("--netns-client")
    parser.add_argument("--cgroup-server")
    args = parser.parse_args()
    case = CASES[args.case]
    servers = [start_server(case, args) for _ in range(case.servers)]
    enter_netns(args.netns_client)
    client = case.client(args)
    sides = client.run([port for port, _, _ in servers])
    for _, sign, _ in servers:
        os.write(sign, b"read\n")
    reports = [side.report() for side in sides]
    for _, _, answers in servers:
        reports += json.loads(answers.read())
    print(json.dumps(reports), flush=True)
    sys.stdin.read()
    for _, sign, _ in servers:
        os.close(sign)
    for _ in servers:
        os.wait()


main()
