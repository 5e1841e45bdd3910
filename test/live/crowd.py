"""Many TCP connections open at once in each of many network namespaces, which are gone at the end.

python3 crowd.py [--namespaces N] [--connections N]

Each namespace has a client and a server of its own, and sizes of its own. Prints a list of {"netns", "port",
"connections", "client": {"pid", "sent", "received"}, "server": {...}} when all are gone.
"""
import argparse
import json
import os
import socket
import sys

from netns import netns_id, own_netns


def read_all(sock, size):
    left = size
    while left > 0:
        data = sock.recv(left)
        if not data:
            raise SystemExit(f"{left} of {size} bytes are missing")
        left -= len(data)
    return size


def serve(listener, connections, sizes):
    peers = [listener.accept()[0] for _ in range(connections)]
    sent = received = 0
    for peer in peers:
        received += read_all(peer, sizes[0])
        peer.sendall(bytes(sizes[1]))
        sent += sizes[1]
    for peer in peers:
        peer.close()
    return {"pid": os.getpid(), "sent": sent, "received": received}


def use(port, connections, sizes):
    socks = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    sent = received = 0
    for sock in socks:
        sock.sendall(bytes(sizes[0]))
        sent += sizes[0]
    for sock in socks:
        received += read_all(sock, sizes[1])
    for sock in socks:
        sock.close()
    return {"pid": os.getpid(), "sent": sent, "received": received}


def in_child(work):
    """Runs it in a process of its own; returns where its result is to be read."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.write(write_end, json.dumps(work()).encode())
        os._exit(0)
    os.close(write_end)
    return os.fdopen(read_end)


class Together:
    """Several processes that go on when all have come so far; a guest has no shared memory for the one of Python."""

    def __init__(self):
        self.arrivals, self.arrival = os.pipe()
        self.starts, self.start = os.pipe()

    def wait(self):
        os.write(self.arrival, b".")
        os.read(self.starts, 1)

    def release(self, count):
        for _ in range(count):
            os.read(self.arrivals, 1)
        os.write(self.start, bytes(count))


def live(number, connections, together):
    own_netns()
    # The kernel gives the id of a namespace that is gone to the next one.
    together.wait()
    sizes = (1000 + number, 2000 + 3 * number)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4096)
        port = listener.getsockname()[1]
        server = in_child(lambda: serve(listener, connections, sizes))
        client = use(port, connections, sizes)
        with server:
            ends = {"client": client, "server": json.loads(server.read())}
    os.wait()
    return {"netns": netns_id(), "port": port, "connections": connections, **ends}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--namespaces", type=int, default=1)
    parser.add_argument("--connections", type=int, default=1)
    args = parser.parse_args()
    together = Together()
    numbers = range(args.namespaces)
    answers = [in_child(lambda number=number: live(number, args.connections, together)) for number in numbers]
    together.release(args.namespaces)
    reports = []
    for answer in answers:
        with answer:
            reports.append(json.loads(answer.read()))
    for _ in answers:
        os.wait()
    json.dump(reports, sys.stdout)


main()
