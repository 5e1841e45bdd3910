import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SysprobeError } from '../lib/errors.ts';
import { errorAnswer } from './answer.ts';

const MIN_LENGTH = 16;

/** Throws SP_CONFIG_INVALID for a file that cannot be read or holds no good token. */
export function readToken(path: string): string {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const why = (cause as Error).message;
    throw new SysprobeError('SP_CONFIG_INVALID', `the token file cannot be read: ${why}`, { cause });
  }
  // What a header can carry as one word.
  if (token.length >= MIN_LENGTH && /^[!-~]+$/.test(token)) return token;
  throw new SysprobeError(
    'SP_CONFIG_INVALID',
    `the token in ${path} has ${token.length} characters; give ${MIN_LENGTH} or more of ASCII without spaces, such as of: openssl rand -hex 32`,
  );
}

/** Whether an Authorization header carries the token, as `Bearer` or as the password of `Basic`, which browsers ask for. */
export function carriesToken(header: string | undefined, token: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(header ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return same(credentials, token);
    case 'basic':
      return same(
        Buffer.from(credentials, 'base64')
          .toString()
          .replace(/^[^:]*:/, ''),
        token,
      );
    default:
      return false;
  }
}

/** Takes as long for every wrong text, however much of it is right. */
function same(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Puts the token before an app. The file is read again for each request, since it is rotated. */
export function withToken<Rest extends unknown[]>(
  fetch: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  { path, log }: { path: string; log: (error: unknown) => void },
): typeof fetch {
  return (request, ...rest) => {
    try {
      if (carriesToken(request.headers.get('authorization') ?? undefined, readToken(path))) {
        return fetch(request, ...rest);
      }
    } catch (error) {
      return errorAnswer(error, log);
    }
    const refused = new SysprobeError(
      'SP_UNAUTHORIZED',
      'the token is missing or wrong; give it as "Authorization: Bearer TOKEN", or as the password with any user name',
    );
    return errorAnswer(refused, log);
  };
}
