import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export interface HeldConnection {
  port: number;
  /** Sends more from the client to the server, and waits until it has arrived. */
  send(bytes: number): Promise<void>;
  /** Closes the client's side, then the server's. */
  close(): Promise<void>;
}

/** A connection over loopback between two sockets of this process that stays open until it is closed. */
export async function holdConnection(): Promise<HeldConnection> {
  const port = freePort();
  const listener = createServer().listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const client = connect(port, '127.0.0.1');
  const [[server]] = (await Promise.all([once(listener, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  listener.close();
  client.resume();
  return {
    port,
    async send(bytes) {
      client.write(Buffer.alloc(bytes));
      for (let missing = bytes; missing > 0; ) {
        const [data] = (await once(server, 'data')) as [Buffer];
        missing -= data.length;
      }
    },
    async close() {
      const closed = Promise.all([once(client, 'close'), once(server, 'close')]);
      client.end();
      server.resume();
      server.end();
      await closed;
    },
  };
}
