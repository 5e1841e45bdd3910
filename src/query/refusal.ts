import { SysprobeError } from '../lib/errors.ts';

/** A value that its parameter does not take. */
export function refusedValue(parameter: string, value: string, allowed: readonly string[]): SysprobeError {
  const message = `${JSON.stringify(value)} is not a value of ${parameter}; allowed: ${allowed.join(', ')}`;
  return refusedParameter(parameter, message, allowed);
}

export function refusedParameter(
  parameter: string,
  message: string,
  allowed: readonly string[] = [],
): SysprobeError {
  return new SysprobeError('SP_QUERY_INVALID', message, { parameter, allowed });
}
