import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { carriesToken, readToken, withToken } from './token.ts';

const token = '0123456789abcdef';
const folder = mkdtempSync(join(tmpdir(), 'sysprobe-token-'));
const path = join(folder, 'token');

afterAll(() => rmSync(folder, { recursive: true }));

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a request carries the token', () => {
  it.each([`Bearer ${token}`, `bearer  ${token}`, basic(`me:${token}`), basic(`:${token}`)])(
    '%s',
    (header) => {
      expect(carriesToken(header, token)).toBe(true);
    },
  );
});

describe('a request does not carry the token', () => {
  it.each([
    undefined,
    '',
    token,
    'Bearer',
    `Bearer ${token}0`,
    `Bearer ${token.slice(0, -1)}`,
    `Token ${token}`,
    basic(`${token}:`),
    'Basic %%%',
  ])('%s', (header) => {
    expect(carriesToken(header, token)).toBe(false);
  });
});

describe('the token file', () => {
  it('may end with a newline', () => {
    writeFileSync(path, `${token}\n`);
    expect(readToken(path)).toBe(token);
  });

  it('is refused when it holds too little, without showing what it holds', () => {
    writeFileSync(path, 'letmein');
    expect(() => readToken(path)).toThrow(/7 characters; give 16 or more/);
    expect(() => readToken(path)).not.toThrow(/letmein/);
  });

  it('is refused with spaces, which a header could not carry', () => {
    writeFileSync(path, 'a token with many words');
    expect(() => readToken(path)).toThrow(/without spaces/);
  });

  it('is refused when it is not there', () => {
    expect(() => readToken(join(folder, 'none'))).toThrow(/token file cannot be read: ENOENT/);
  });
});

describe('an app behind a token', () => {
  const errors: unknown[] = [];
  const app = withToken(() => new Response('flows'), { path, log: (error) => errors.push(error) });
  const ask = (authorization?: string) =>
    app(new Request('http://agent/', { headers: authorization ? { authorization } : {} }));

  it('answers to who has it, and asks others for it', async () => {
    writeFileSync(path, token);
    expect(await (await ask(`Bearer ${token}`)).text()).toBe('flows');
    const refused = await ask();
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="sysprobe"',
    ]);
    expect(await refused.json()).toMatchObject({ error: { code: 'SP_UNAUTHORIZED' } });
  });

  it('takes a new token at once', async () => {
    writeFileSync(path, token.toUpperCase());
    expect((await ask(`Bearer ${token}`)).status).toBe(401);
    expect((await ask(`Bearer ${token.toUpperCase()}`)).status).toBe(200);
  });

  it('answers to nobody while the token cannot be read', async () => {
    rmSync(path);
    expect((await ask(`Bearer ${token}`)).status).toBe(500);
    expect(errors).toHaveLength(1);
  });
});
