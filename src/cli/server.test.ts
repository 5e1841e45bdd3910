import { expect, test } from 'vitest';
import { parseServer } from './server.ts';

test.each([
  ['/run/x.sock', '/run/x.sock'],
  ['unix:/run/x.sock', '/run/x.sock'],
  ['unix:///run/x.sock', '/run/x.sock'],
])('%s is a socket', (text, socketPath) => {
  expect(parseServer(text)).toEqual({ kind: 'probe', name: socketPath, socketPath });
});

test.each(['http://127.0.0.1:7676', 'https://node.example/'])('%s is an agent', (text) => {
  expect(parseServer(text)).toMatchObject({ kind: 'agent', url: new URL(text) });
});

test.each(['', 'x.sock', 'unix:x.sock', 'localhost:7676', 'ftp://x'])('%j is neither', (text) => {
  expect(() => parseServer(text)).toThrow(expect.objectContaining({ code: 'SP_CONFIG_INVALID' }));
});
