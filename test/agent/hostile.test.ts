import { createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { encodeMessage } from '../../src/wire/cbor.ts';
import type { FlowRecord, FlowRow } from '../../src/wire/flow.ts';
import { fieldNames } from '../../src/wire/kinds.ts';
import type { Hello } from '../../src/wire/messages.ts';
import { FLOW_FIELD_NAMES, flowToRow } from '../../src/wire/rows.ts';
import { localConnection, runAgent, socketPath, TestProbe, until } from './harness.ts';

const HELLO: Hello = {
  type: 'hello',
  version: 1,
  bootId: 'b',
  run: 'r',
  cursor: 'r.0',
  fields: fieldNames(),
  events: ['flow.opened', 'file.opened'],
};

/** What answers at the socket instead of a probe. */
async function impostor(path: string, answer: (connection: Socket, target: string) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (request) => answer(socket, request.toString().split(' ')[1] ?? ''));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { close };
}

function http(...body: Uint8Array[]): Buffer {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/cbor-seq\r\nConnection: close\r\n\r\n';
  return Buffer.concat([Buffer.from(head), ...body]);
}

/** One item of a CBOR sequence, whatever its content. */
function item(content: Uint8Array): Buffer {
  const head = Buffer.from('d8185a00000000', 'hex');
  head.writeUInt32BE(content.length, 3);
  return Buffer.concat([head, content]);
}

function logLines() {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: pino({ level: 'info' }, stream) };
}

it.each([
  ['that is no HTTP', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ['that is an error of another program', Buffer.from('HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops')],
  ['that is no CBOR', http(Buffer.from('<html>hello</html>'))],
  ['that claims more than an item may have', http(Buffer.from('d8185bffffffffffffffff', 'hex'))],
  ['that is cut off', http(encodeMessage(HELLO).subarray(0, 20))],
  ['that is nested without end', http(item(Buffer.alloc(100_000, 0x81)))],
  ['that is a text', http(item(Buffer.from('65hello', 'latin1')))],
  ['that does not begin with hello', http(encodeMessage({ type: 'flows', flows: [] }))],
  [
    'that does not carry the id of flows',
    http(encodeMessage({ ...HELLO, fields: { ...fieldNames(), flow: ['state'] } })),
  ],
  ['that ends before the list does', http(encodeMessage(HELLO))],
])('is not harmed by an answer %s', async (_, bytes) => {
  const socket = socketPath();
  const hostile = await impostor(socket, (connection) => connection.end(bytes));
  const { lines, log } = logLines();
  const agent = await runAgent(socket, { log });
  const status = await until(
    () => agent.status(),
    ({ probe }) => probe.reconnects >= 3,
  );
  expect(status.probe).toMatchObject({ connected: false, events: 0 });
  expect(status.probe.lastError?.message).not.toBe('');
  expect(lines.filter((line) => line.includes('cannot read the probe'))).toHaveLength(1);

  await hostile.close();
  await new TestProbe(socket).start();
  await until(
    () => agent.status(),
    ({ probe }) => probe.connected,
  );
});

it.each<[string, string, FlowRow[number]]>([
  ['no id', 'id', null],
  ['a number for a text', 'process.comm', 7],
  ['a text for a number', 'netns', 'four'],
  ['a negative number', 'process.pid', -1],
  ['a fraction', 'rttUs', 1.5],
  ['a number that is no longer exact', 'sent.bytes', 2n ** 60n],
  ['a time before time', 'openedAt', -1],
  ['an endless text', 'cgroup.path', 'x'.repeat(5000)],
])('leaves out a flow with %s, and nothing else', async (_, field, cell) => {
  const socket = socketPath();
  const [good, bad] = ['g', 'b'].map((id) => flowToRow(localConnection(id).client)) as [FlowRow, FlowRow];
  bad[FLOW_FIELD_NAMES.indexOf(field)] = cell;
  await impostor(socket, (connection, target) => {
    const list = encodeMessage({ type: 'flows', flows: [bad, good] });
    const end = encodeMessage({ type: 'end', matched: 2, cursor: 'r.0' });
    const later = flowToRow(localConnection('l').client);
    const events = encodeMessage({
      type: 'events',
      cursor: 'r.2',
      events: [
        [0, bad],
        [0, later],
      ],
    });
    if (target.includes('follow=true')) connection.write(http(encodeMessage(HELLO), events));
    else connection.end(http(encodeMessage(HELLO), list, end));
  });
  const { lines, log } = logLines();
  const agent = await runAgent(socket, { log });
  const { probe, loss } = await until(
    () => agent.status(),
    (status) => status.probe.events === 2,
  );
  expect(probe).toMatchObject({ connected: true, reconnects: 0, invalid: 0 });
  expect(probe.lastError).toMatchObject({
    code: 'SP_WIRE_INVALID',
    message: expect.stringContaining(`${field} of a flow`),
  });
  expect(loss.recordsRefused).toBe(2);
  expect(lines.filter((line) => line.includes('a record is left out'))).toHaveLength(1);
  expect((await agent.json<{ flows: FlowRecord[] }>('/api/v1/flows')).flows).toHaveLength(2);
});

it('reads fields by the names of the stream, and leaves out fields and events that it does not know', async () => {
  const socket = socketPath();
  const { client } = localConnection('f');
  const fields = ['later.field', ...FLOW_FIELD_NAMES.toReversed()];
  const row = ['?', ...flowToRow(client).toReversed()];
  await impostor(socket, (connection, target) => {
    const hello = encodeMessage({ ...HELLO, fields: { ...fieldNames(), flow: fields } });
    const list = encodeMessage({ type: 'flows', flows: [row] });
    const end = encodeMessage({ type: 'end', matched: 1, cursor: 'r.0' });
    const other = encodeMessage({ type: 'events', cursor: 'r.1', events: [[1, ['not a flow']]] });
    if (target.includes('follow=true')) connection.write(http(hello, other));
    else connection.end(http(hello, list, end));
  });
  const agent = await runAgent(socket);
  const { probe } = await until(
    () => agent.status(),
    ({ probe }) => probe.events === 1,
  );
  expect(probe.unknown).toBe(1);
  const { flows } = await agent.json<{ flows: FlowRecord[] }>('/api/v1/flows');
  expect(flows).toEqual([client]);
});
