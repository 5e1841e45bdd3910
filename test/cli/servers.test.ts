import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildPrograms, makeFolder, sysprobe } from './harness.ts';

const folder = makeFolder();
const socket = join(folder.path, 'server.sock');
let server: Server | undefined;

beforeAll(buildPrograms);
afterEach(() => {
  server?.closeAllConnections();
  return new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});
afterAll(() => folder.dispose());

async function ask(answer: RequestListener, ...args: string[]) {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(socket, resolve));
  return sysprobe([...args, '--socket', socket]);
}

test('what does not speak JSON is not ours', async () => {
  const html: RequestListener = (_, response) => response.end('<html>\n');
  expect(await ask(html, 'status')).toMatchObject({
    code: 1,
    stderr: `sysprobe: ${socket} did not answer in JSON: is it sysprobe's?\n`,
  });
});

test('a line that is no record ends the list', async () => {
  const garbage: RequestListener = (_, response) => response.end('<html>\n');
  expect(await ask(garbage, 'flows')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'sysprobe: the server sent a line that is not JSON\n',
  });
});

test.each(['json', 'cbor', 'compact'])('an answer that is cut off is an error as %s', async (form) => {
  const cut: RequestListener = (_, response) => {
    // The beginning of an item, and of no line that is whole.
    response.write(Buffer.of(0xd8), () => response.socket?.end());
  };
  const { code, stderr } = await ask(cut, 'flows', '-o', form);
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: `sysprobe: ${socket}: the connection broke before the answer was whole\n`,
  });
});

test('a connection that ends without an answer is told as that', async () => {
  const silent: RequestListener = (_, response) => response.socket?.end();
  expect(await ask(silent, 'flows')).toMatchObject({
    code: 3,
    stderr: `sysprobe: ${socket}: the connection broke before there was an answer\n`,
  });
});

test("the server's own refusal is shown as it is", async () => {
  const body = { error: { code: 'SP_TOO_MANY_READERS', message: 'there are 64 readers already' } };
  const busy: RequestListener = (_, response) => response.writeHead(503).end(JSON.stringify(body));
  expect(await ask(busy, 'flows', '-f')).toMatchObject({
    code: 1,
    stderr: 'sysprobe: there are 64 readers already\n',
  });
});

test('a refusal without a reason is named by its number', async () => {
  const lost: RequestListener = (_, response) => response.writeHead(404).end('no');
  expect(await ask(lost, 'status')).toMatchObject({
    code: 1,
    stderr: `sysprobe: ${socket} answered 404 Not Found\n`,
  });
});
