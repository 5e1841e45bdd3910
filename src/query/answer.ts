import { parseAccept } from 'hono/utils/accept';
import { type ErrorCode, SysprobeError } from '../lib/errors.ts';
import { refusedParameter } from './refusal.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  SP_QUERY_INVALID: 400,
  SP_UNAUTHORIZED: 401,
  SP_HOST_REFUSED: 403,
  SP_NOT_FOUND: 404,
  SP_METHOD_NOT_ALLOWED: 405,
  SP_NOT_ACCEPTABLE: 406,
  SP_TOO_MANY_READERS: 503,
};

/** `{ "error": { "code", "message", "parameter"?, "allowed"? } }`; what the client is not to blame for is told to `log`. */
export function errorAnswer(error: unknown, log: (error: unknown) => void): Response {
  const status = error instanceof SysprobeError ? STATUS[error.code] : undefined;
  if (status === undefined) log(error);
  const { code, message, parameter, allowed } =
    status !== undefined && error instanceof SysprobeError
      ? error
      : new SysprobeError('SP_INTERNAL', 'the agent failed to answer; its log says why');
  return jsonAnswer(
    { error: { code, message, parameter, allowed } },
    {
      status: status ?? 500,
      ...(status === 401 && { headers: { 'www-authenticate': 'Basic realm="sysprobe"' } }),
      ...(status === 405 && { headers: { allow: 'GET, HEAD' } }),
    },
  );
}

export function jsonAnswer(body: unknown, init: ResponseInit = {}): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...init.headers };
  return new Response(`${JSON.stringify(body)}\n`, { ...init, headers });
}

/** The form that an Accept header prefers. Throws SP_NOT_ACCEPTABLE when it takes none of those offered. */
export function accepted<T extends string>(header: string | undefined, offers: readonly T[]): T {
  for (const { type, q } of parseAccept(header || '*/*')) {
    const offer = offers.find(
      (each) => type === '*/*' || type === each || type === `${each.split('/')[0]}/*`,
    );
    if (q > 0 && offer !== undefined) return offer;
  }
  throw new SysprobeError('SP_NOT_ACCEPTABLE', `the answer can be had as ${offers.join(', ')}`, {
    allowed: offers,
  });
}

/** Throws SP_QUERY_INVALID for any parameter. */
export function refuseParameters(params: URLSearchParams): void {
  const [parameter] = params.keys();
  if (parameter === undefined) return;
  throw refusedParameter(parameter, `unknown parameter ${JSON.stringify(parameter)}; there are none here`);
}
