// Listens and connects in its network namespace as told by JSON lines on stdin, and answers each in one on stdout.
// A server tells its client which ends it sees, so the answer about a connection has the view of both.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const open = new Map();
const ends = (near, far) => ({ source: near, dest: far });
const endsOf = (socket) =>
  ends(
    { ip: socket.localAddress, port: socket.localPort },
    { ip: socket.remoteAddress, port: socket.remotePort },
  );
const fromUdp = ({ address, port }) => ({ ip: address, port });

const operations = {
  listen({ protocol, ip, port }, answer) {
    if (protocol === 'udp') {
      const server = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
      server.on('message', (_, from) => {
        server.send(JSON.stringify(ends({ ip, port }, fromUdp(from))), from.port, from.address);
      });
      server.bind(port, ip, () => answer({}));
      return;
    }
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(JSON.stringify(endsOf(socket)));
    });
    server.listen(port, ip, () => answer({}));
  },

  connect({ id, protocol, ip, port, localPort }, answer) {
    if (protocol === 'udp') {
      const client = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
      client.on('error', (error) => answer({ error: error.code }));
      client.connect(port, ip, () => {
        client.on('message', (data) => {
          answer({
            client: ends(fromUdp(client.address()), fromUdp(client.remoteAddress())),
            server: JSON.parse(data),
          });
        });
        client.send('x');
      });
      return;
    }
    const client = connect({ host: ip, port, ...(localPort !== undefined && { localPort }) });
    open.set(id, client);
    client.on('error', (error) => answer({ error: error.code }));
    client.once('data', (data) => answer({ client: endsOf(client), server: JSON.parse(data) }));
  },

  /** Resets the connection of an earlier operation, so that its ports are free at once. */
  reset({ of }, answer) {
    const socket = open.get(of);
    open.delete(of);
    if (socket.destroyed) return answer({});
    socket.once('close', () => answer({}));
    socket.resetAndDestroy();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answered = false;
  operations[request.operation](request, (answer) => {
    if (!answered) console.log(JSON.stringify({ id: request.id, ...answer }));
    answered = true;
  });
}
process.exit();
