import { describe, expect, test } from 'vitest';
import { compileFlowReader } from '../../src/wire/rows.ts';
import { curl, flow, MadeUpProbe, open, readMessages, serve } from './harness.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function probeWith(count: number): MadeUpProbe {
  const probe = new MadeUpProbe();
  probe.flowsNow = range(1, count).map((n) => flow(n));
  return probe;
}

describe('a list', () => {
  test('is one JSON document unless another form is asked for', async () => {
    const { socketPath } = await serve(probeWith(300));
    const { status, headers, body } = await curl(socketPath, '/v1/flows');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      flows: range(1, 300).map((n) => flow(n)),
      matched: 300,
      cursor: 'r1.0',
    });
  });

  test('is a document also when there is no flow', async () => {
    const { socketPath } = await serve();
    const { body } = await curl(socketPath, '/v1/flows');
    expect(JSON.parse(body)).toEqual({ flows: [], matched: 0, cursor: 'r1.0' });
  });

  test('has one record a line and nothing else as NDJSON', async () => {
    const { socketPath } = await serve(probeWith(300));
    const { headers, body } = await curl(socketPath, '/v1/flows', '-H', 'Accept: application/x-ndjson');
    expect(headers['content-type']).toBe('application/x-ndjson');
    const lines = body.split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line))).toEqual(range(1, 300).map((n) => flow(n)));
  });

  test('is hello, flows and end as CBOR sequence', async () => {
    const { probe, socketPath } = await serve(probeWith(300));
    probe.close(1, 5);
    const messages = await readMessages(await open(socketPath, '/v1/flows', 'application/cbor-seq'));

    const [hello, ...rest] = messages;
    if (hello?.type !== 'hello') throw new Error('the stream does not begin with hello');
    expect(hello).toMatchObject({ version: 1, bootId: probe.bootId, run: 'r1', cursor: 'r1.5' });
    expect(rest.at(-1)).toEqual({ type: 'end', matched: 300, cursor: 'r1.5' });
    const rows = rest.flatMap((message) => (message.type === 'flows' ? message.flows : []));
    expect(rows.map(compileFlowReader(hello.fields.flow))).toEqual(probe.flowsNow);
  });

  test('holds what the filters and the limit leave, and tells how many matched', async () => {
    const { socketPath } = await serve(probeWith(300));
    const { body } = await curl(socketPath, '/v1/flows?port=1125-2000&last=2');
    expect(JSON.parse(body)).toMatchObject({ flows: [{ id: 'f-299' }, { id: 'f-300' }], matched: 200 });
  });

  test.each(['application/json', 'application/x-ndjson', 'application/cbor-seq'])(
    'links to the page behind it as %s',
    async (form) => {
      const { socketPath } = await serve(probeWith(5));
      let target: string | undefined = '/v1/flows?not=true&port=1025&first=3';
      const links: (string | undefined)[] = [];
      while (target !== undefined) {
        const answer = await open(socketPath, target, form);
        answer.resume();
        const link = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link))?.[1];
        links.push(link);
        target = link && new URL(link, `http://probe${target}`).href.slice('http://probe'.length);
      }
      expect(links).toEqual([
        expect.stringMatching(/^\?not=true&port=1025&first=3&after=page%3A[\w-]+$/),
        undefined,
      ]);
      const { body } = await curl(socketPath, `/v1/flows${links[0]}`);
      expect(JSON.parse(body)).toMatchObject({ flows: [{ id: 'f-5' }], matched: 4 });
    },
  );

  test('has fresh counters, which are read once for all who ask at the same time', async () => {
    const { probe, socketPath } = await serve(probeWith(1));
    await Promise.all(range(1, 8).map(() => open(socketPath, '/v1/flows', '*/*')));
    expect(probe.refreshes).toBeGreaterThanOrEqual(1);
    expect(probe.refreshes).toBeLessThan(8);
  });
});

describe('a query that is not understood', () => {
  test.each([
    ['/v1/flows?colour=red', 400, 'SP_QUERY_INVALID', 'colour'],
    ['/v1/flows?direction=sideways', 400, 'SP_QUERY_INVALID', 'direction'],
    ['/v1/flows?follow=true&after=nonsense', 400, 'SP_QUERY_INVALID', 'after'],
    ['/v1/flows?follow=true&after=r1.99', 400, 'SP_QUERY_INVALID', 'after'],
    ['/v1/flows?after=r1.0', 400, 'SP_QUERY_INVALID', 'after'],
    ['/v1/status?verbose=1', 400, 'SP_QUERY_INVALID', 'verbose'],
    ['/metrics?x=', 400, 'SP_QUERY_INVALID', 'x'],
    ['/v1/http', 404, 'SP_NOT_FOUND', undefined],
    ['/', 404, 'SP_NOT_FOUND', undefined],
  ])('%s is answered %i %s', async (target, status, code, parameter) => {
    const { socketPath } = await serve();
    const answer = await curl(socketPath, target);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    const { error } = JSON.parse(answer.body);
    expect(error).toMatchObject({ code, ...(parameter !== undefined && { parameter }) });
  });

  test('is told what is allowed', async () => {
    const { socketPath } = await serve();
    const allowed = async (target: string, ...flags: string[]) =>
      JSON.parse((await curl(socketPath, target, ...flags)).body).error.allowed;
    expect(await allowed('/v1/flows?direction=sideways')).toEqual(['outgoing', 'incoming', 'local']);
    expect(await allowed('/v1/flows?colour=red')).toContain('direction');
    expect(await allowed('/nowhere')).toEqual([
      '/v1/status',
      '/v1/flows',
      '/v1/dns',
      '/v1/processes',
      '/v1/containers',
      '/v1/events',
      '/v1/dns/summary',
      '/metrics',
    ]);
    expect(await allowed('/v1/flows', '-X', 'DELETE')).toEqual(['GET']);
    expect(await allowed('/v1/flows', '-H', 'Accept: text/html')).toContain('application/cbor-seq');
  });

  test('is refused by method, form and body', async () => {
    const { socketPath } = await serve();
    const post = await curl(socketPath, '/v1/flows', '-d', 'x=1');
    expect(post).toMatchObject({ status: 405, headers: { allow: 'get' } });
    expect((await curl(socketPath, '/v1/flows', '-H', 'Accept: image/png')).status).toBe(406);
    expect((await curl(socketPath, '/v1/flows', '-X', 'GET', '-d', 'x=1')).status).toBe(400);
  });
});
