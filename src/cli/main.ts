import { EXIT, run } from './program.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal((error) => {
  // Whoever read our output has enough of it: that is no error.
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  process.stderr.write(`sysprobe: cannot write: ${error.message}\n`);
  process.exit(EXIT.error);
});
process.on('SIGINT', () => process.exit(EXIT.interrupted));
process.exit(await run(process.argv.slice(2), terminal, process.env));
