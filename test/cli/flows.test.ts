import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLOW_LAYOUT } from '../../src/cli/format/flow-columns.ts';
import { type RecordFormat, recordFormatter, TEXT_FORMS } from '../../src/cli/format/records.ts';
import { painter } from '../../src/cli/format/terminal.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { MessageReader } from '../../src/wire/cbor.ts';
import { compileFlowReader } from '../../src/wire/rows.ts';
import { buildPrograms, makeFolder, serve, sysprobe, type TestServer } from './harness.ts';
import { RECORDS } from './records.ts';

const folder = makeFolder();
let server: TestServer;
let many: TestServer;

beforeAll(async () => {
  buildPrograms();
  server = await serve({ socket: join(folder.path, 'probe.sock'), flows: RECORDS });
  const [record] = RECORDS;
  many = await serve({
    socket: join(folder.path, 'many.sock'),
    flows: record ? Array.from({ length: 20_000 }, (_, i) => ({ ...record, id: `2b.${i}` })) : [],
  });
});

afterAll(async () => {
  await server.close();
  await many.close();
  folder.dispose();
});

const flows = (...args: string[]) => sysprobe(['flows', '--socket', server.socket, ...args]);

async function ids(...args: string[]): Promise<string[]> {
  const { stdout, stderr, code } = await flows('-o', 'json', ...args);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).id);
}

function formatted(change: Partial<RecordFormat>): string {
  const style = { numeric: false, format: 'time', utc: true, now: Date.now } as const;
  const format: RecordFormat = { form: 'compact', style, headers: true, paint: painter(false), ...change };
  return recordFormatter(FLOW_LAYOUT, format)(RECORDS.map((record) => ({ record })));
}

describe('forms', () => {
  test.each(TEXT_FORMS)('%s', async (form) => {
    expect(await flows('--utc', '-o', form)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: formatted({ form }),
    });
  });

  test('json is a record of the contract a line', async () => {
    const { stdout } = await flows('-o', 'json');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(RECORDS);
  });

  test('cbor is the sequence of the server', async () => {
    const { bytes } = await flows('-o', 'cbor');
    const reader = new MessageReader();
    const messages = reader.push(bytes);
    reader.end();
    expect(messages.map(({ type }) => type)).toEqual(['hello', 'flows', 'end']);
    const [hello, list] = messages;
    if (hello?.type !== 'hello' || list?.type !== 'flows') throw new Error('not a list');
    expect(list.flows.map(compileFlowReader(hello.fields.flow))).toEqual(RECORDS);
  });

  test('color when asked for, and only then', async () => {
    const painted = formatted({ paint: painter(true) });
    expect((await flows('--utc', '--color', 'always')).stdout).toBe(painted);
    expect((await flows('--utc', '--color', 'auto')).stdout).toBe(formatted({}));
    expect((await flows('--utc', '--color', 'never')).stdout).toBe(formatted({}));
  });

  test('times are local unless UTC is asked for', async () => {
    const args = ['flows', '--socket', server.socket, '--first', '1', '--time-format', 'rfc3339'];
    const { stdout } = await sysprobe(args, { env: { TZ: 'Asia/Kolkata' } });
    expect(stdout).toMatch(/^2026-01-31T17:33:11\.204\+05:30 /);
  });

  test('no headers, and exact numbers', async () => {
    const { stdout } = await flows('-o', 'table', '--no-headers', '--numeric', '--first', '1');
    expect(stdout).not.toContain('TIME');
    expect(stdout).toMatch(/ 1234 +34567 /);
  });
});

describe('selection', () => {
  test.each<[string[], string[]]>([
    [['--failure'], ['1a.3']],
    [['--failure', 'refused'], ['1a.3']],
    [['--failure', 'reset'], []],
    [['--protocol', 'udp'], ['1a.4']],
    [
      ['--not', '--protocol', 'udp', '--state', 'closed'],
      ['1a.1', '1a.3'],
    ],
    [
      ['--port', '443', '--port', '53'],
      ['1a.1', '1a.4'],
    ],
    [['--to-port', '80'], ['1a.2']],
    [['--from-port', '80'], []],
    [['-6'], ['1a.2']],
    [
      ['-4', '--ip', '10.0.0.0/8'],
      ['1a.1', '1a.4'],
    ],
    [['--min-bytes', '1M'], ['1a.2']],
    [['--comm', 'ng*', '--direction', 'incoming'], ['1a.2']],
    [['--container', 'ab12'], ['1a.1']],
    [['--last', '1'], ['1a.4']],
    [
      ['--first', '2'],
      ['1a.1', '1a.2'],
    ],
    [
      ['--until', '2026-01-31T12:00:00Z'],
      ['1a.2', '1a.4'],
    ],
  ])('%j', async (args, expected) => {
    expect(await ids(...args)).toEqual(expected);
  });

  test('twenty unless more are asked for', async () => {
    const lines = async (...args: string[]) => {
      const { stdout } = await sysprobe(['flows', '--socket', many.socket, ...args]);
      return stdout.trimEnd().split('\n').length;
    };
    expect(await lines()).toBe(20);
    expect(await lines('--last', '1000')).toBe(1000);
    expect(await lines('--all')).toBe(20_000);
    expect(await lines('--since', '2026-01-01T00:00:00Z')).toBe(20_000);
  });

  test('SYSPROBE_SERVER names the server unless an option does', async () => {
    const list = (env: string, ...args: string[]) =>
      sysprobe(['flows', '-o', 'json', ...args], { env: { SYSPROBE_SERVER: env } });
    expect((await list(server.socket)).stdout).toContain('1a.1');
    expect((await list(`unix:${server.socket}`)).stdout).toContain('1a.1');
    expect((await list('/nowhere', '--server', `unix:${server.socket}`)).stdout).toContain('1a.1');
    expect((await list('/nowhere', '--socket', server.socket)).stdout).toContain('1a.1');
  });
});

describe('in a shell', () => {
  /** All flows, as JSON, into the rest of a command line of bash. */
  async function allFlows(rest: string) {
    const program = join(packageRoot, 'dist/sysprobe.js');
    const script = `"$0" "${program}" flows --socket "${many.socket}" --all -o json ${rest}; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, process.execPath]);
    const [answer = '', code] = stdout.split('\n');
    return { answer, code, stderr };
  }

  test('a reader that has enough closes the pipe, and nobody complains', async () => {
    const { answer, ...rest } = await allFlows('| head -1');
    expect(JSON.parse(answer)).toMatchObject({ id: '2b.0' });
    expect(rest).toEqual({ code: '0', stderr: '' });
  });

  test('a reader that is slower gets all of it', async () => {
    expect(await allFlows('| { sleep 1; wc -l; }')).toEqual({ answer: '20000', code: '0', stderr: '' });
  });

  test('a file that cannot be written is an error', async () => {
    const { answer, stderr } = await allFlows('> /dev/full');
    expect({ answer, stderr }).toEqual({
      answer: '1',
      stderr: 'sysprobe: cannot write: ENOSPC: no space left on device, write\n',
    });
  });
});
