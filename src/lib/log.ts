import { destination, type Logger, pino } from 'pino';

export type { Logger };

/** One JSON line per change of state, on stderr: stdout belongs to what a program was asked for. */
export function createLogger(program: string, level: string): Logger {
  return pino({ name: program, level, base: { name: program } }, destination({ fd: 2, sync: true }));
}
