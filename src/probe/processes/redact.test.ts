import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASK, Redactor, SENSITIVE_WORDS } from './redact.ts';

const redact = (...args: string[]) => new Redactor().redact(args);

describe('a secret is masked', () => {
  it.each([
    ['behind =', ['app', '--password=hunter2'], ['app', `--password=${MASK}`]],
    ['with spaces in it', ['app', '--password=hunter 2 = x'], ['app', `--password=${MASK}`]],
    ['in the next argument', ['app', '--db-password', '-x', 'y'], ['app', '--db-password', MASK, 'y']],
    ['of a variable', ['env', 'DB_PASSWORD=hunter2', 'app'], ['env', `DB_PASSWORD=${MASK}`, 'app']],
    ['in camel case', ['java', '-DclientSecret=a'], ['java', `-DclientSecret=${MASK}`]],
    [
      'behind points',
      ['java', '-Dspring.datasource.password=a'],
      ['java', `-Dspring.datasource.password=${MASK}`],
    ],
    ['of a URL', ['app', 'postgres://shop:p@ss@db/x'], ['app', `postgres://shop:${MASK}@db/x`]],
    [
      'in the query of a URL',
      ['curl', 'https://a.test/?access_token=abc&page=2'],
      ['curl', `https://a.test/?access_token=${MASK}&page=2`],
    ],
    [
      'in a header',
      ['curl', '-H', 'Authorization: Bearer abc.def', 'https://a.test'],
      ['curl', '-H', `Authorization: ${MASK}`, 'https://a.test'],
    ],
    ['of several cookies', ['curl', '-H', 'Cookie: a=b; c=d'], ['curl', '-H', `Cookie: ${MASK}`]],
    ['in JSON', ['app', '{"user":"a","password":"b c"}'], ['app', `{"user":"a","password":${MASK}}`]],
    ['in JSON in JSON', ['app', '"{\\"api_key\\": \\"b c\\"}"'], ['app', `"{\\"api_key\\": ${MASK}}"`]],
    [
      'in a script',
      ['sh', '-c', 'cd x; TOKEN=abc curl --password "x y" a.test && echo done'],
      ['sh', '-c', `cd x; TOKEN=${MASK} curl --password ${MASK} a.test && echo done`],
    ],
    ['whose quote was cut', ['sh', '-c', 'PASSWORD="abc'], ['sh', '-c', `PASSWORD=${MASK}`]],
    [
      'of mysql',
      ['/usr/bin/mysqldump', '-uroot', '-phunter2'],
      ['/usr/bin/mysqldump', '-uroot', `-p${MASK}`],
    ],
    ['of sshpass', ['sshpass', '-p', 'a', 'ssh', '-p', '22'], ['sshpass', '-p', MASK, 'ssh', '-p', MASK]],
    ['of curl', ['curl', '-u', 'shop:a:b', '-ux:y'], ['curl', '-u', `shop:${MASK}`, `-ux:${MASK}`]],
    ['of redis', ['redis-cli', '-a', 'a'], ['redis-cli', '-a', MASK]],
    ['that shows by itself', ['app', `ghp_${'a1'.repeat(18)}`], ['app', MASK]],
  ])('%s', (_, args, expected) => {
    expect(redact(...args)).toEqual(expected);
  });

  it.each(SENSITIVE_WORDS)('behind %s, also in capitals and with dashes', (word) => {
    const dashed = `--my-${word.replaceAll('_', '-')}`;
    expect(redact('app', dashed, 'hunter2', `MY_${word.toUpperCase()}=hunter2`, `${word}: hunter2`)).toEqual([
      'app',
      dashed,
      MASK,
      `MY_${word.toUpperCase()}=${MASK}`,
      `${word}: ${MASK}`,
    ]);
  });

  it('behind words that were set', () => {
    const redactor = new Redactor(['internal-id', 'x_*_pin']);
    expect(redactor.redact(['app', '--internalId=1', 'X_CARD_PIN=2', 'CARD_PIN=3'])).toEqual([
      'app',
      `--internalId=${MASK}`,
      `X_CARD_PIN=${MASK}`,
      'CARD_PIN=3',
    ]);
  });
});

it('masks what the documentation says', () => {
  const documented = readFileSync('docs/processes.md', 'utf8');
  expect(SENSITIVE_WORDS.filter((word) => !documented.includes(`\`${word}\``))).toEqual([]);
});

it.each([
  ['a file that holds one', ['app', '--password-file', '/run/secret', 'TOKEN_FILE=/run/token']],
  ['words that begin alike', ['app', '--tokenizer=x', '--secretary', 'bob', 'password']],
  ['ports of other programs', ['ssh', '-p', '22']],
  ['addresses', ['app', 'http://a.test:8080/x', 'user@a.test', '10.0.0.1:53']],
  ['the name of the program', ['token=a']],
])('leaves %s', (_, args) => {
  expect(redact(...args)).toEqual(args);
});

it('takes whatever arguments there are, in a time that grows with their length alone', () => {
  const pieces = fc.constantFrom(
    '--password',
    '=',
    ' ',
    '"',
    "'",
    ':',
    '/',
    '@',
    '://',
    'a',
    '-',
    '\\',
    '\ufffd',
  );
  fc.assert(
    fc.property(fc.array(fc.array(pieces, { maxLength: 40 }).map((all) => all.join(''))), (args) => {
      expect(redact(...args)).toHaveLength(args.length);
    }),
  );
  for (const piece of ['a', 'a=', '-', '"', ' ', 'token ', '://', 'a:', '://a:'])
    expect(redact('app', piece.repeat(4096 / piece.length))).toHaveLength(2);
});
