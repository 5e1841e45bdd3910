// From a fresh checkout to the live map: sets up and builds what is missing, runs both programs, shows what they see.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './build.mjs';
import { ask, showLive } from './live.mjs';
import { LiveLine } from './live-line.mjs';
import { Program } from './program.mjs';
import { Refusal, root, runMain, setUp } from './setup.mjs';

const nobody = 65_534;
const defaultSocket = '/var/run/sysprobe/sysprobe.sock';
const readyWithinMs = 60_000;
const dist = (file) => join(root, 'dist', file);

await runMain(async () => {
  refuseHopeless();
  setUp('build');
  await build();
  const probe = configuration('system-probe');
  const agent = configuration('node-agent');
  await refuseTaken(probe, agent);
  await supervise(probe, agent);
});

/** What will not work here at all, before minutes are spent on set-up. */
function refuseHopeless() {
  if (process.argv.length > 2) {
    throw new Refusal('npm start takes no arguments; set options so: SYSPROBE_LISTEN_PORT=8080 npm start');
  }
  if (process.platform !== 'linux') throw new Refusal('only Linux has the kernel interfaces that are needed');
  if (process.geteuid?.() !== 0) {
    throw new Refusal('only root may load programs into the kernel; run: sudo npm start');
  }
  const [major, minor] = release().split('.').map(Number);
  if (major < 5 || (major === 5 && minor < 10)) {
    throw new Refusal(`Linux ${release()} is too old; 5.10 is the first that works`);
  }
  if (!existsSync('/sys/kernel/btf/vmlinux')) {
    throw new Refusal(
      'the kernel has no /sys/kernel/btf/vmlinux; run one built with CONFIG_DEBUG_INFO_BTF=y',
    );
  }
}

/** What the program would run with: environment, file and defaults taken together. */
function configuration(name) {
  const args = [dist(`${name}.js`), '--print-config'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Refusal(stderr.trim().split('\n').at(-1));
  return JSON.parse(stdout);
}

async function refuseTaken({ socket }, { socket: agentSocket, listenHost, listenPort }) {
  if (agentSocket !== socket) {
    throw new Refusal(`the probe serves ${socket}, the agent reads ${agentSocket}; give one socket`);
  }
  if (listenPort === 0) {
    throw new Refusal('npm start shows the port, so give it one: SYSPROBE_LISTEN_PORT=7676');
  }
  if (await answers({ path: socket })) {
    throw new Refusal(`another probe serves ${socket}; stop it, or give another path in SYSPROBE_SOCKET`);
  }
  if (await answers({ host: listenHost, port: listenPort })) {
    throw new Refusal(`port ${listenPort} of ${listenHost} is taken; give another in SYSPROBE_LISTEN_PORT`);
  }
}

function answers(target) {
  return new Promise((resolve) => {
    const socket = connect(target);
    socket
      .on('error', () => resolve(false))
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      });
  });
}

/** Runs until a signal (returns) or until one of the two ends by itself (throws its reason). */
async function supervise(probe, agent) {
  const screen = new LiveLine(process.stdout);
  const stop = new AbortController();
  const running = [];
  let failure;
  const giveUp = (reason) => {
    if (!stop.signal.aborted) failure = reason;
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());

  const launch = async (name, readyAt, { args = [], setpriv }) => {
    if (stop.signal.aborted) return;
    const onWarning = (line) => screen.say(line);
    const program = new Program(name, { args: [dist(`${name}.js`), ...args], setpriv, onWarning });
    running.unshift(program);
    program.ended.then(giveUp);
    if (!(await isReady(readyAt, stop.signal))) {
      giveUp(`${name} was not ready within ${readyWithinMs / 1000} s`);
    }
  };

  const gid = probe.socketGid ?? nobody;
  const page = { host: agent.listenHost, port: agent.listenPort };
  await launch(
    'system-probe',
    { socketPath: probe.socket, path: '/v1/status' },
    { args: ['--socket-gid', `${gid}`] },
  );
  await launch('node-agent', { ...page, path: '/ready' }, { setpriv: unprivileged(gid, screen) });
  if (!stop.signal.aborted) {
    screen.say(whereToLook(probe.socket, page));
    await showLive(screen, { socket: probe.socket, page }, stop.signal);
  }
  screen.end();
  for (const program of running) await program.stop();
  if (failure !== undefined) throw new Refusal(failure);
}

async function isReady(target, signal) {
  const deadline = performance.now() + readyWithinMs;
  while (!signal.aborted && performance.now() < deadline) {
    if ((await ask(target))?.status === 200) return true;
    await sleep(100, undefined, { signal }).catch(() => {});
  }
  return signal.aborted;
}

/** Of the users that can read this checkout, the one with the fewest rights; none has any capability. */
function unprivileged(gid, screen) {
  const owner = statSync(root).uid;
  const asUser = (uid) => [
    ...['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups'],
    ...['--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
  ];
  const canRead = (uid) =>
    spawnSync('setpriv', [...asUser(uid), '--', process.execPath, dist('node-agent.js'), '--version'])
      .status === 0;
  const uid = [nobody, owner].find(canRead) ?? 0;
  if (uid === 0) screen.say(`node-agent runs as root without capabilities: no other user can read ${root}`);
  return asUser(uid);
}

function whereToLook(socket, { host, port }) {
  const address = host.includes(':') ? `[${host}]` : host;
  const option = socket === defaultSocket ? '' : ` --socket ${socket}`;
  return [
    '',
    `  page     http://${address}:${port}/`,
    `  socket   ${socket}`,
    `  query    ${process.env.SUDO_UID ? 'sudo ' : ''}npx sysprobe flows${option}`,
    '',
    'Ctrl-C stops both programs.',
  ].join('\n');
}
