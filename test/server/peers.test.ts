import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningProbe, startProbe } from '../live/probe.ts';

const ALLOWED = 65_534;
let probe: RunningProbe;

beforeAll(async () => {
  probe = await startProbe(['--allowed-uids', `0,${ALLOWED}`, '--socket-mode', '0666', '--udp-hooks', 'off']);
});

afterAll(() => probe?.stop());

function askAs(uid: number): string {
  const curl = [
    'curl',
    '-s',
    '-w',
    ' %{http_code}',
    '--unix-socket',
    probe.socket,
    'http://probe/v1/flows?last=1',
  ];
  const user = ['--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups', '--'];
  return spawnSync('setpriv', [...user, ...curl], { encoding: 'utf8' }).stdout;
}

describe('a probe with a list of users', () => {
  it('answers to a user of the list', () => {
    expect(askAs(ALLOWED)).toMatch(/ 200$/);
  });

  it('refuses another, though the socket file lets it in', () => {
    expect(askAs(1234)).toMatch(/"SP_PEER_REFUSED".* 403$/s);
  });
});
