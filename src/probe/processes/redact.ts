/** What stands where a secret was. */
export const MASK = '********';

/** Names of options and variables whose values are secrets, when their name ends with one of these. */
export const SENSITIVE_WORDS: readonly string[] = [
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'passcode',
  'mysql_pwd',
  'pgpassword',
  'requirepass',
  'masterauth',
  'secret',
  'secrets',
  'client_secret',
  'secret_key',
  'token',
  'tokens',
  'stripetoken',
  'api_key',
  'apikey',
  'app_key',
  'access_key',
  'secret_access_key',
  'account_key',
  'private_key',
  'encryption_key',
  'signing_key',
  'auth_key',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'connection_string',
];

/** Options of programs that are too short to tell by their name: `attached` is `-pVALUE`, `pair` is `USER:VALUE`. */
const SHORT_OPTIONS: readonly {
  programs: RegExp;
  option: string;
  attached?: true;
  next?: true;
  pair?: true;
}[] = [
  { programs: /^(mysql|mariadb)/, option: '-p', attached: true },
  { programs: /^sshpass$/, option: '-p', attached: true, next: true },
  { programs: /^redis-cli$|^valkey-cli$/, option: '-a', next: true },
  { programs: /^ldap/, option: '-w', attached: true, next: true },
  { programs: /^(docker|podman|buildah|skopeo|nerdctl|helm)$/, option: '-p', next: true },
  { programs: /^curl$/, option: '-u', attached: true, next: true, pair: true },
  { programs: /^curl$/, option: '--user', next: true, pair: true },
  { programs: /^curl$/, option: '-U', attached: true, next: true, pair: true },
  { programs: /^curl$/, option: '--proxy-user', next: true, pair: true },
];

/** `name=`, `"name": ` or, of an option, `--name `, anywhere in an argument. */
const NAMED = /(?<![\w.-])(-{0,2})([A-Za-z_][\w.-]*)(\\?["']?\s*[=:]\s*|["']?\s+)/g;
/** Up to a space or what ends a value in a URL, a shell or JSON; a quote may be missing where arguments were cut. */
const VALUE = /"[^"]*"?|'[^']*'?|\\"[^"\\]*(?:\\")?|[^\s"'&;,|)}]+/y;
/** Of a header of HTTP: the rest of it. */
const HEADER = /(?:authorization|cookie)$/i;
const HEADER_VALUE = /["']?[^"'\n]+/y;
/** `scheme://user:SECRET@host`. */
const IN_URL = /(?<=:\/\/[^\s/:@]{0,256}:)[^\s/]+(?=@)/g;
/** Secrets that show by themselves: tokens of JWT, GitHub, GitLab, Slack and AWS. */
const SHAPED =
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\bgh[opsu]_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b/g;

/** Masks secrets in the arguments of processes. */
export class Redactor {
  readonly #words: readonly string[];
  readonly #globs: readonly RegExp[];

  /** `more` words beside SENSITIVE_WORDS; `*` in one stands for anything, and it is then the whole name. */
  constructor(more: readonly string[] = []) {
    const words = [...SENSITIVE_WORDS, ...more.filter((word) => !word.includes('*'))];
    this.#words = words.map((word) => `_${normal(word)}`);
    this.#globs = more.filter((word) => word.includes('*')).map(globOf);
  }

  redact(args: readonly string[]): string[] {
    const program = (args[0] ?? '').slice((args[0] ?? '').lastIndexOf('/') + 1);
    const shorts = SHORT_OPTIONS.filter(({ programs }) => programs.test(program));
    let maskNext: 'all' | 'pair' | undefined;
    return args.map((arg, index) => {
      const mask = maskNext;
      maskNext = undefined;
      if (mask === 'all') return MASK;
      if (mask === 'pair') return maskPair(arg);
      if (index === 0) return arg;
      const short = shorts.find(({ option, attached }) =>
        attached ? arg.startsWith(option) : arg === option,
      );
      if (short !== undefined && arg === short.option && short.next) maskNext = short.pair ? 'pair' : 'all';
      else if (short?.attached && arg !== short.option)
        return short.option + (short.pair ? maskPair(arg.slice(short.option.length)) : MASK);
      else if (/^-{1,2}[A-Za-z]/.test(arg) && !/[=:\s]/.test(arg) && this.#isSecret(arg)) maskNext = 'all';
      return this.#redactText(arg);
    });
  }

  #redactText(text: string): string {
    // Most arguments hold no value with a name, and the rest takes ten times as long.
    if (!/[=:\s]/.test(text)) return text.replace(SHAPED, MASK);
    const whole = /^(-{0,2}[A-Za-z_][\w.-]*=)./s.exec(text)?.[1];
    if (whole !== undefined && this.#isSecret(whole.slice(0, -1))) return whole + MASK;
    let redacted = '';
    let from = 0;
    NAMED.lastIndex = 0;
    for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
      const [, dashes = '', name = '', separator = ''] = found;
      const isNamed = /[=:]/.test(separator) || dashes !== '';
      const start = NAMED.lastIndex;
      if (!isNamed || !this.#isSecret(name)) continue;
      const value = HEADER.test(name) ? HEADER_VALUE : VALUE;
      value.lastIndex = start;
      if (!value.test(text)) continue;
      redacted += text.slice(from, start) + MASK;
      from = value.lastIndex;
      NAMED.lastIndex = from;
    }
    return (redacted + text.slice(from)).replace(IN_URL, MASK).replace(SHAPED, MASK);
  }

  #isSecret(name: string): boolean {
    const whole = `_${normal(name)}`;
    return (
      this.#words.some((word) => whole.endsWith(word)) ||
      this.#globs.some((glob) => glob.test(whole.slice(1)))
    );
  }
}

function maskPair(pair: string): string {
  const colon = pair.indexOf(':');
  return colon < 0 ? pair : `${pair.slice(0, colon + 1)}${MASK}`;
}

/** `--dbPassword`, `DB-PASSWORD` and `db.password` are one name. */
function normal(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/^-+/, '')
    .replace(/[-.]/g, '_')
    .toLowerCase();
}

function globOf(word: string): RegExp {
  const escaped = word.split('*').map((part) => normal(part).replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}
