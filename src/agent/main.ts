import { agentText, loadAgentConfig } from '../lib/config/load.ts';
import { warnOfUnused } from '../lib/config/unused.ts';
import { SysprobeError } from '../lib/errors.ts';
import { createLogger } from '../lib/log.ts';
import { startAgent } from './agent.ts';

async function main(): Promise<void> {
  const invocation = { argv: process.argv.slice(2), env: process.env };
  const text = agentText(invocation);
  if (text !== undefined) {
    process.stdout.write(text);
    return;
  }
  const config = loadAgentConfig(invocation);
  const log = createLogger('node-agent', config.logLevel);
  warnOfUnused(log, config, 'system-probe');
  const agent = await startAgent({ config, log, now: Date.now, random: Math.random });
  log.info({ url: agent.url, socket: config.socket }, 'serving');
  let stopping = false;
  const stop = (signal: string) => {
    // SIGTERM comes again for each thread of a parent that dies (PR_SET_PDEATHSIG); a second Ctrl-C does not wait.
    if (stopping) return;
    stopping = true;
    process.removeAllListeners('SIGINT');
    log.info({ signal }, 'stopping');
    agent.stop().catch((error) => log.error({ err: error }, 'stopping failed'));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

main().catch((error) => {
  const known = error instanceof SysprobeError;
  const reason = known ? `${error.message} (${error.code})` : (error as Error).stack;
  process.stderr.write(`node-agent: ${reason}\n`);
  process.exitCode = known && error.code === 'SP_CONFIG_INVALID' ? 2 : 1;
});
