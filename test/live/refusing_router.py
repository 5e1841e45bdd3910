"""A router that answers connects into 198.18.0.0/16 with ICMP errors: refusing_router.py

Makes a TUN device in the network namespace it runs in. A moment after a SYN, so that the error meets a socket nobody
is busy with as one from a distant router does, it answers by the third byte of the address: 1 host unreachable,
2 administratively prohibited, 4 network unreachable; any other gets no answer. Prints `ready`.
"""
import fcntl
import os
import struct
import subprocess
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
DESTINATION_UNREACHABLE = 3
CODES = {1: 1, 2: 10, 4: 0}


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def icmp_error(packet, code):
    quoted = packet[:28]
    body = struct.pack("!BBHI", DESTINATION_UNREACHABLE, code, 0, 0) + quoted
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, 1, 0, packet[16:20], packet[12:16])
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + body


tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"refusing", IFF_TUN_NO_PI))
subprocess.run(["ip", "address", "add", "198.18.0.1/16", "dev", "refusing"], check=True)
subprocess.run(["ip", "link", "set", "refusing", "up"], check=True)
print("ready", flush=True)
while True:
    packet = os.read(tun, 2048)
    if packet[0] >> 4 != 4 or packet[9] != 6:
        continue
    code = CODES.get(packet[18])
    if code is not None:
        time.sleep(0.02)
        os.write(tun, icmp_error(packet, code))
