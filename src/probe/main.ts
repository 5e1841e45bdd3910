import { loadProbeConfig, probeText } from '../lib/config/load.ts';
import { warnOfUnused } from '../lib/config/unused.ts';
import { SysprobeError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { confine, leaveRings } from './confinement.ts';
import { findHostFolders } from './host-folders.ts';
import { loadNative } from './native.ts';
import { assertCanRun, readMachine } from './preflight.ts';
import { Probe } from './probe.ts';
import { allowUids } from './server/peer.ts';
import { startServer } from './server/server.ts';

async function main(): Promise<void> {
  const invocation = { argv: process.argv.slice(2), env: process.env };
  const text = probeText(invocation);
  if (text !== undefined) {
    process.stdout.write(text);
    return;
  }
  const given = loadProbeConfig(invocation);
  const config = { ...given, ...findHostFolders(given) };
  const log = createLogger('system-probe', config.logLevel);
  assertCanRun(readMachine());
  const native = loadNative(config.binding);
  if (config.confine) leaveRings(native, log);
  warnOfUnused(log, config, 'node-agent');
  const probe = new Probe(native, config, log);
  if (config.excludeContainers.length > 0 && !probe.nodeContainers.names.look()) {
    log.warn(
      'the probe excludes no container while no container runtime tells names and images: give its socket in ' +
        'runtimeSockets (the agent goes by the names of Kubernetes)',
    );
  }
  await probe.start(config);
  const server = await startServer({
    socketPath: config.socket,
    mode: config.socketMode,
    ...(config.socketGid !== undefined && { gid: config.socketGid }),
    ...(config.allowedUids && { mayRead: allowUids(native, config.allowedUids) }),
    log,
    view: probe,
    events: probe.events,
  }).catch((error) => {
    probe.close();
    throw error;
  });
  if (config.confine) confine(native, log);
  log.info({ socket: config.socket, run: probe.run }, 'watching');
  let stopping = false;
  const stop = (signal: string) => {
    // SIGTERM comes again for each thread of a parent that dies (PR_SET_PDEATHSIG); a second Ctrl-C does not wait.
    if (stopping) return;
    stopping = true;
    process.removeAllListeners('SIGINT');
    log.info({ signal }, 'stopping');
    probe.close();
    server.close().catch((error) => log.error({ err: error }, 'the socket did not close'));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

main().catch((error) => {
  const known = error instanceof SysprobeError;
  process.stderr.write(
    `system-probe: ${known ? `${error.message} (${error.code})` : (error as Error).stack}\n`,
  );
  process.exitCode = known && error.code === 'SP_CONFIG_INVALID' ? 2 : 1;
});
