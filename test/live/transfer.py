"""Real TCP traffic of known sizes: python3 transfer.py ROLE FAMILY HOST PORT SENT RECEIVED [COUNT]

The server accepts COUNT connections, on each reads SENT bytes and answers with RECEIVED bytes; the client does the
opposite. Prints `ready PORT` when the server listens and `done` at the end of either.
"""
import socket
import sys

role, family, host, port, sent, received = sys.argv[1:7]
count = int(sys.argv[7]) if len(sys.argv) > 7 else 1
family = socket.AF_INET6 if family == "6" else socket.AF_INET
port, sent, received = int(port), int(sent), int(received)
CHUNK = bytes(65536)


def send(sock, size):
    while size > 0:
        size -= sock.send(CHUNK[: min(size, len(CHUNK))])


def receive(sock, size):
    while size > 0:
        data = sock.recv(min(size, len(CHUNK)))
        if not data:
            raise SystemExit("the peer closed early")
        size -= len(data)


if role == "server":
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    print("ready", listener.getsockname()[1], flush=True)
    for _ in range(count):
        peer, _ = listener.accept()
        with peer:
            receive(peer, sent)
            send(peer, received)
            receive_end = peer.recv(1)
            assert receive_end == b""
    listener.close()
else:
    for _ in range(count):
        with socket.create_connection((host, port)) as sock:
            send(sock, sent)
            receive(sock, received)
print("done", flush=True)
