"""Asks as few resolvers do: python3 dns_asker.py SERVER PORT NAME [--times N] [--connect] [--wait SECONDS]

Sends the same question, with the same id, N times from one socket, which it connects only when told to, and prints
how many answers came.
"""

import argparse
import socket
import struct
import time

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("port", type=int)
parser.add_argument("name")
parser.add_argument("--times", type=int, default=1)
parser.add_argument("--connect", action="store_true")
parser.add_argument("--wait", type=float, default=5)
args = parser.parse_args()

labels = b"".join(bytes([len(label)]) + label for label in args.name.encode().split(b"."))
question = struct.pack("!6H", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)
family = socket.AF_INET6 if ":" in args.server else socket.AF_INET
with socket.socket(family, socket.SOCK_DGRAM) as asker:
    if args.connect:
        asker.connect((args.server, args.port))
    for _ in range(args.times):
        asker.send(question) if args.connect else asker.sendto(question, (args.server, args.port))
    answers = 0
    deadline = time.monotonic() + args.wait
    while answers < args.times and (left := deadline - time.monotonic()) > 0:
        asker.settimeout(left)
        try:
            asker.recv(65535)
            answers += 1
        except (TimeoutError, ConnectionRefusedError):
            break
    print(answers)
