import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { SysprobeError } from '../../lib/errors.ts';

/** An HTTPS server of Kubernetes: the API server or the kubelet. */
export interface Access {
  host: string;
  port: number;
  /** Both are read again for each request, since both are rotated. */
  tokenFile: string | undefined;
  caFile: string | undefined;
  /** False takes any certificate. */
  verify: boolean;
}

/** Silence of a server that should be sending. */
const PATIENCE_MS = 30_000;
/** A page of 250 pods has some 5 MiB. */
const MAX_PAGE_BYTES = 64 * 2 ** 20;
const MAX_ERROR_BYTES = 16 * 1024;

/** The resource version that was asked from is too old. */
export class Gone extends Error {}

/** Asks with GET and nothing else. */
export class ApiClient {
  readonly url: string;
  readonly #access: Access;

  constructor(access: Access) {
    this.url = urlOf(access);
    this.#access = access;
  }

  /** The answer as it comes. `patienceMs` is for how long it may be silent. Throws Gone and SP_KUBERNETES_*. */
  async open(path: string, { signal, patienceMs = PATIENCE_MS }: OpenOptions): Promise<IncomingMessage> {
    const options = { ...this.#options(), path, signal };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(options, resolve);
      sent.setTimeout(patienceMs, () => {
        sent.destroy(this.#unreachable(`gave nothing for ${Math.round(patienceMs / 1000)} s`));
      });
      sent.on('error', (error) => reject(this.#errorOf(error)));
      sent.end();
    });
    if (answer.statusCode === 200) return answer;
    throw await this.#refusal(answer, path);
  }

  async json<T>(path: string, options: OpenOptions): Promise<T> {
    const answer = await this.open(path, options);
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of answer) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_PAGE_BYTES) throw this.invalid(`an answer has more than ${MAX_PAGE_BYTES} bytes`);
      }
    } catch (error) {
      throw this.#errorOf(error as Error);
    } finally {
      answer.destroy();
    }
    return this.parse(Buffer.concat(chunks).toString());
  }

  parse<T>(text: string): T {
    try {
      const value = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value as T;
    } catch {}
    throw this.invalid(`what came is not JSON: ${JSON.stringify(text.slice(0, 60))}`);
  }

  invalid(reason: string): SysprobeError {
    return new SysprobeError('SP_KUBERNETES_INVALID', `${this.url}: ${reason}`);
  }

  #options(): RequestOptions {
    const { host, port, tokenFile, caFile, verify } = this.#access;
    const token = tokenFile === undefined ? undefined : readCredential(tokenFile).trim();
    return {
      host,
      port,
      // A connection that was left open may have gone stale, and requests are few.
      agent: false,
      rejectUnauthorized: verify,
      ...(caFile !== undefined && verify && { ca: readCredential(caFile) }),
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    };
  }

  #unreachable(reason: string, cause?: unknown): SysprobeError {
    return new SysprobeError('SP_KUBERNETES_UNREACHABLE', `${this.url}: ${reason}`, { cause });
  }

  #errorOf(error: NodeJS.ErrnoException): Error {
    if (error instanceof SysprobeError) return error;
    const { code = '', message } = error;
    const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS/.test(code);
    const advice = isCertificate ? '; give the CA of the server, or its name as in the certificate' : '';
    return this.#unreachable(`${message || code}${advice}`, error);
  }

  async #refusal(answer: IncomingMessage, path: string): Promise<Error> {
    let body = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      body += chunk;
      if (body.length > MAX_ERROR_BYTES) break;
    }
    answer.destroy();
    const { statusCode } = answer;
    if (statusCode === 410) return new Gone(path);
    const [resource] = path.split('?');
    const message = `${this.url}${resource}: ${statusCode} ${answer.statusMessage}${adviceOn(statusCode)}`;
    return new SysprobeError('SP_KUBERNETES_REFUSED', message);
  }
}

export function urlOf({ host, port }: Access): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

interface OpenOptions {
  signal: AbortSignal;
  patienceMs?: number;
}

function adviceOn(status: number | undefined): string {
  if (status === 401) return '; the token of the service account is not accepted';
  return status === 403 ? '; the service account needs the right to get, list and watch it' : '';
}

function readCredential(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new SysprobeError('SP_KUBERNETES_UNREACHABLE', `${path} cannot be read: ${reason}`, { cause });
  }
}
