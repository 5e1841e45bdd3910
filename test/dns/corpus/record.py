"""Records DNS messages of real clients and servers, and what dig says that they mean.

    unshare --net --mount python3 record.py

writes exchanges.ndjson beside this file. Needs dnsmasq, unbound, nsd and dig (Debian: dnsmasq-base unbound nsd
bind9-dnsutils). dnsmasq, unbound and nsd answer on loopback; a relay between them and the clients keeps the bytes.
"""

import base64
import json
import pathlib
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time

here = pathlib.Path(__file__).parent
DNSMASQ, UNBOUND, NSD, NOBODY = 5301, 5302, 5303, 5309
types = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "HTTPS", "SVCB", "PTR", "CAA", "ANY"]

unbound_conf = f"""
server:
    interface: 127.0.0.1@{UNBOUND}
    username: ""
    chroot: ""
    directory: ""
    pidfile: ""
    use-syslog: no
    do-daemonize: no
    do-not-query-localhost: no
    module-config: "iterator"
    minimal-responses: no
    access-control: 127.0.0.0/8 allow
    local-zone: "refused.test." refuse
    local-zone: "test." nodefault
stub-zone:
    name: "shop.test"
    stub-addr: 127.0.0.1@{NSD}
stub-zone:
    name: "broken.test"
    stub-addr: 127.0.0.1@{NOBODY}
"""
nsd_conf = """
server:
    ip-address: 127.0.0.1@{port}
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{zones}"
    zonelistfile: "{work}/zones.list"
    xfrdfile: "{work}/xfrd.state"
    xfrdir: "{work}"
    pidfile: ""
    logfile: "{work}/nsd.log"
    minimal-responses: no
remote-control:
    control-enable: no
zone:
    name: shop.test
    zonefile: shop.test.zone
    provide-xfr: 127.0.0.1 NOKEY
"""
dnsmasq_arguments = [
    "--keep-in-foreground", "--conf-file=/dev/null", f"--port={DNSMASQ}", "--listen-address=127.0.0.1",
    "--bind-interfaces", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=", "--local-ttl=30",
    "--local=/cluster.test/", "--host-record=db.prod.svc.cluster.test,10.96.0.5,fd96::5",
    "--host-record=api.example.test,192.0.2.80,2001:db8::80", "--cname=cache.cluster.test,db.prod.svc.cluster.test",
    "--srv-host=_pg._tcp.cluster.test,db.prod.svc.cluster.test,5432,0,5", "--mx-host=cluster.test,api.example.test,10",
    "--txt-record=cluster.test,plain,with space", "--ptr-record=5.0.96.10.in-addr.arpa,db.prod.svc.cluster.test",
    "--caa-record=cluster.test,0,issue,ca.example", "--dns-rr=raw.cluster.test,65400,01:02:03",
]  # fmt: skip
resolv_conf = """nameserver 127.0.0.1
search prod.svc.cluster.test svc.cluster.test cluster.test
options ndots:5
"""

exchanges = []
upstream = DNSMASQ


def receive(sock, size):
    data = b""
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def keep(transport, client, query, answers):
    encode = lambda data: base64.b64encode(data).decode()
    exchanges.append(
        {"transport": transport, "client": client, "query": encode(query), "answers": [encode(data) for data in answers]}
    )


def relay_udp(listener):
    while True:
        query, client = listener.recvfrom(65535)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.settimeout(3)
            server.sendto(query, ("127.0.0.1", upstream))
            try:
                answer = server.recv(65535)
            except (ConnectionError, TimeoutError):
                keep("udp", client[1], query, [])
                continue
        keep("udp", client[1], query, [answer])
        listener.sendto(answer, client)


def relay_tcp_client(sock, port):
    with sock, socket.create_connection(("127.0.0.1", upstream)) as server:
        try:
            while True:
                query = receive(sock, struct.unpack("!H", receive(sock, 2))[0])
                server.sendall(struct.pack("!H", len(query)) + query)
                answers = []
                while not answers or select.select([server], [], [], 0.2)[0]:
                    answers.append(receive(server, struct.unpack("!H", receive(server, 2))[0]))
                keep("tcp", port, query, answers)
                for answer in answers:
                    sock.sendall(struct.pack("!H", len(answer)) + answer)
        except (EOFError, ConnectionError):
            pass


def relay_tcp(listener):
    while True:
        sock, client = listener.accept()
        threading.Thread(target=relay_tcp_client, args=(sock, client[1]), daemon=True).start()


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionError:
            time.sleep(0.1)
    raise SystemExit(f"nothing listens on port {port}")


def run(name, port, command):
    """Exchanges that a command leads to."""
    global upstream
    upstream = port
    before = len(exchanges)
    output = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    time.sleep(0.01)
    for exchange in exchanges[before:]:
        exchange["by"] = name
    return exchanges[before:], output


def dig(name, port, *arguments):
    """Keeps what dig prints without its comments on itself."""
    command = ["dig", "@127.0.0.1", "+tries=1", "+time=3", "+nocookie", "+noidnout", "+nostats", "+noclass", *arguments]
    made, output = run(f"{name}: dig {' '.join(arguments)}", port, command)
    if made:
        made[-1]["dig"] = [line for line in output.splitlines() if line and not line.startswith("; ")]


def ask_nsd():
    names = [line.split()[0] for line in (here / "shop.test.zone").read_text().splitlines() if line[:1] not in ";$ "]
    for name in sorted(set(names)):
        dig("nsd", NSD, "@" == name and "shop.test." or f"{name}.shop.test.", "ANY", "+tcp")
    for record_type in types:
        dig("nsd", NSD, "shop.test.", record_type)
    for arguments in [
        ["www.shop.test.", "A"], ["www.shop.test.", "AAAA", "+bufsize=4096"], ["no.shop.test.", "A"],
        ["www.alias.shop.test.", "A"], ["x.sub.shop.test.", "A"], ["_http._tcp.shop.test.", "SRV", "+dnssec"],
        ["shop.test.", "A", "+noedns"], ["long.shop.test.", "TXT", "+noedns", "+ignore"], ["elsewhere.test.", "A"],
        ["shop.test.", "AXFR"], ["version.bind.", "CH", "TXT"], ["shop.test.", "SOA", "+opcode=NOTIFY"],
        ["shop.test.", "A", "+edns=5", "+noednsneg"], ["shop.test.", "SOA", "+opcode=UPDATE"],
    ]:  # fmt: skip
        dig("nsd", NSD, *arguments)


def ask_unbound():
    for record_type in types:
        dig("unbound", UNBOUND, "shop.test.", record_type)
    for arguments in [
        ["www.shop.test.", "A"], ["www.shop.test.", "AAAA"], ["www.shop.test.", "A", "+tcp"],
        ["many.shop.test.", "A"], ["no.shop.test.", "A"], ["svc.shop.test.", "SVCB"], ["ech.shop.test.", "HTTPS"],
        ["x.refused.test.", "A"], ["x.broken.test.", "A"], ["www.alias.shop.test.", "A"], ["localhost.", "A"],
        ["private.shop.test.", "TYPE65400"], ["1.0.0.127.in-addr.arpa.", "PTR"], ["version.bind.", "CH", "TXT"],
        ["_http._tcp.shop.test.", "SRV"], ["WwW.sHoP.TeSt.", "A"],
    ]:  # fmt: skip
        dig("unbound", UNBOUND, *arguments)


def ask_dnsmasq():
    for record_type in types:
        dig("dnsmasq", DNSMASQ, "cluster.test.", record_type)
    for arguments in [
        ["cache.cluster.test.", "A"], ["cache.cluster.test.", "AAAA", "+tcp"], ["_pg._tcp.cluster.test.", "SRV"],
        ["-x", "10.96.0.5"], ["no.cluster.test.", "A"], ["example.com.", "A"], ["raw.cluster.test.", "TYPE65400"],
        ["version.bind.", "CH", "TXT"], ["api.example.test.", "A", "+noedns"], ["api.example.test.", "NULL"],
    ]:  # fmt: skip
        dig("dnsmasq", DNSMASQ, *arguments)


def ask_as_programs():
    run("getent ahosts db", DNSMASQ, ["getent", "ahosts", "db"])
    run("getent ahosts api.example.test", DNSMASQ, ["getent", "ahosts", "api.example.test"])
    run("getent ahosts no.such.test", DNSMASQ, ["getent", "ahosts", "no.such.test"])
    node = "dns.lookup('api.example.test', () => dns.resolveSrv('_pg._tcp.cluster.test', () => dns.resolveAny('db.prod.svc.cluster.test', () => {})))"
    run("node", DNSMASQ, ["node", "-e", node])
    run("python", DNSMASQ, ["python3", "-c", "import socket; print(socket.getaddrinfo('cache.cluster.test', 80))"])


subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 53))
threading.Thread(target=relay_udp, args=(udp,), daemon=True).start()
threading.Thread(target=relay_tcp, args=(socket.create_server(("127.0.0.1", 53)),), daemon=True).start()

with tempfile.TemporaryDirectory() as work:
    def written(name, text):
        path = pathlib.Path(work, name)
        path.write_text(text)
        return str(path)

    subprocess.run(["mount", "--bind", written("resolv.conf", resolv_conf), "/etc/resolv.conf"], check=True)
    nsd_path = written("nsd.conf", nsd_conf.format(port=NSD, zones=here.resolve(), work=work))
    servers = [
        subprocess.Popen(["nsd", "-d", "-c", nsd_path]),
        subprocess.Popen(["unbound", "-d", "-c", written("unbound.conf", unbound_conf)]),
        subprocess.Popen(["dnsmasq", *dnsmasq_arguments]),
    ]
    try:
        for port in (NSD, UNBOUND, DNSMASQ):
            wait_for(port)
        ask_nsd()
        ask_unbound()
        ask_dnsmasq()
        ask_as_programs()
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    subprocess.run(["umount", "/etc/resolv.conf"], check=True)

(here / "exchanges.ndjson").write_text("".join(json.dumps(exchange) + "\n" for exchange in exchanges))
print(len(exchanges), "exchanges")
