import { DefaultLogger, type LogLevel } from '@temporalio/worker';
import { type Logger, pino } from 'pino';

const levels: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** JSON lines on stderr, so that stdout stays for answers. */
export function makeLog(level: string = process.env.GRAYWAVE_LOG ?? 'info'): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    pino.destination(2),
  );
}

/** Said once for every queue that serves activities only, which is how ours are meant to be. */
const expected = 'No workflows registered';

/** The bridge from Temporal's runtime: passed straight to it, a pino logger would lose every entry's metadata. */
export function temporalLogger(log: Logger): DefaultLogger {
  const wanted = (Object.keys(levels) as LogLevel[]).find((key) => levels[key] === log.level) ?? 'WARN';
  return new DefaultLogger(wanted, ({ level, message, meta }) => {
    log[message.startsWith(expected) ? 'debug' : levels[level]]({ ...meta }, message);
  });
}
