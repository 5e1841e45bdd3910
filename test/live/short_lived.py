"""Processes that live for a moment, in a cgroup or network namespace made for them alone: each connects to itself by
TCP and sends itself a datagram.

python3 short_lived.py [--count N] [--cgroups DIR [--pods]] [--netns]

Prints a list of {"pid", "netns", "port", "datagramPort", "sent", "cgroup": {"id", "path"}, "container"} when all of
them are gone: "port" is what the process listened on, "datagramPort" what it sent from, "sent" the bytes of either.
"""
import argparse
import json
import os
import secrets
import socket
import time
import uuid

from netns import PACE, netns_id, own_netns

def connect_to_self(size):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = listener.accept()
            with server:
                client.sendall(bytes(size))
                client.shutdown(socket.SHUT_WR)
                while server.recv(65536):
                    pass
    return port


def send_to_self(size):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(bytes(size), receiver.getsockname())
            port = sender.getsockname()[1]
        receiver.recv(65536)
    return port


def live(size, cgroup, netns):
    """In a child process, which is gone when this returns."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        if cgroup:
            with open(os.path.join(cgroup, "cgroup.procs"), "w") as procs:
                procs.write("0")
        if netns:
            own_netns()
        port = connect_to_self(size)
        ports = {"port": port, "datagramPort": send_to_self(size)}
        report = {"pid": os.getpid(), "netns": netns_id(), **ports, "sent": size}
        os.write(write_end, json.dumps(report).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def remove(cgroup):
    deadline = time.monotonic() + 10 * PACE
    while True:
        try:
            return os.rmdir(cgroup)
        except OSError:
            if time.monotonic() > deadline:
                raise


def live_in_cgroup(number, args):
    pod = os.path.join(args.cgroups, f"pod{uuid.uuid4()}" if args.pods else f"group{number}")
    container = secrets.token_hex(32) if args.pods else None
    cgroup = os.path.join(pod, container) if container else pod
    os.makedirs(cgroup)
    identity = os.stat(cgroup).st_ino
    report = live(number, cgroup, args.netns)
    remove(cgroup)
    if container:
        remove(pod)
    return {**report, "cgroup": {"id": identity, "path": cgroup}, "container": container}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--cgroups")
    parser.add_argument("--pods", action="store_true")
    parser.add_argument("--netns", action="store_true")
    args = parser.parse_args()
    numbers = range(1, args.count + 1)
    if args.cgroups:
        print(json.dumps([live_in_cgroup(number, args) for number in numbers]))
    else:
        print(json.dumps([live(number, None, args.netns) for number in numbers]))


main()
