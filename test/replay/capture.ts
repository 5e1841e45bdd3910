/**
 * Records fixtures/shop.cborseq.gz anew, from real containers: npx tsx test/replay/capture.ts (as root, after
 * npm run build). A client looks names up and fetches from a web server, in its own container each; what it asks for at
 * port 81 is refused, one name does not exist, and one of its processes fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Podman } from '../containers/podman.ts';
import { startProbe } from '../live/probe.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/shop.cborseq.gz');
/** Of the bridge, in the network namespace of the podman. */
const NAMESERVER = '10.88.0.1';

const CLIENT = `
sleep 4
for i in 1 2 3; do
  wget -q -O /dev/null http://web.shop.test:8080/big
  wget -q -O /dev/null http://web.shop.test:81/
  sleep 1
done
nslookup missing.shop.test
sh -c 'exit 3'
sleep 300`;

const podman = await Podman.create();
const probe = await startProbe();
const started: ChildProcess[] = [];
try {
  const web = await podman.runContainer({
    network: 'bridge',
    options: ['--name', 'web'],
    command: ['sh', '-c', 'dd if=/dev/zero of=/tmp/big bs=1k count=200; httpd -f -p 8080 -h /tmp'],
  });
  const config = join(import.meta.dirname, 'fixtures/dnsmasq.conf');
  writeFileSync(
    config,
    `no-resolv\nno-hosts\nlisten-address=${NAMESERVER}\nbind-interfaces\nlocal=/shop.test/\naddress=/web.shop.test/${web.ip}\n`,
  );
  const dnsmasq = ['dnsmasq', '--keep-in-foreground', `--conf-file=${config}`, '--pid-file='];
  started.push(spawn('ip', ['netns', 'exec', podman.name, ...dnsmasq], { stdio: 'inherit' }));
  const client = await podman.runContainer({
    network: 'bridge',
    options: ['--name', 'client', '--dns', NAMESERVER],
    command: ['sh', '-c', CLIENT],
  });
  const containers = [web, client].flatMap(({ id }) => ['--container', id]);
  const record = ['dist/sysprobe.js', 'record', FIXTURE, '--force', '--for', '12s', '--socket', probe.socket];
  const recorder = spawn(process.execPath, [...record, ...containers], { stdio: 'inherit' });
  started.push(recorder);
  await once(recorder, 'exit');
  rmSync(config);
} finally {
  for (const child of started) child.kill();
  await sleep(100);
  await podman.close();
  await probe.stop();
}
