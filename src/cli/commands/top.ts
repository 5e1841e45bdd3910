import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option } from 'commander';
import { SysprobeError } from '../../lib/errors.ts';
import { FLOWS } from '../../lib/filter/flows.ts';
import { parseQuery } from '../../lib/filter/query.ts';
import { parseCount, parseDuration } from '../../lib/filter/values.ts';
import { addFilterOptions, type Params } from '../filter-options.ts';
import type { Server } from '../server.ts';
import { COLOR_CHOICES, type ColorChoice, choosePaint, type Terminal } from '../terminal.ts';
import { TopFeed } from '../top/feed.ts';
import { TOP_GROUPS, type TopGroup } from '../top/groups.ts';
import { rank, TOP_SORTS, type TopSort } from '../top/rank.ts';
import { page, pageLines, screen, type TopPicture } from '../top/screen.ts';
import { Tty } from '../top/tty.ts';
import { keysOf, press, type TopView } from '../top/view.ts';
import type { Place } from './records.ts';

interface TopOptions {
  by: TopGroup;
  sort: TopSort;
  reverse?: boolean;
  delay: number;
  window: number;
  iterations?: number;
  batch?: true;
  limit?: number;
  color: ColorChoice;
}

/** One that matches an open flow only would hide why flows closed. */
const FILTERS = FLOWS.filters.filter(({ name }) => name !== 'state');

const EXAMPLES = `
Counts are of the connections that are open or closed within the window; rates are of now. A line is red where
connections failed. Press h for the keys.

Examples:
  sysprobe top                                    containers, those with most traffic first
  sysprobe top --by process --sort failed         what cannot connect
  sysprobe top --by domain --container ab12cd34   what one container talks to
  sysprobe top --batch -n 1 --by peer | head -20  once, into a pipe`;

export function addTopCommand({ program, terminal, server }: Place): void {
  const command = program
    .command('top')
    .summary('a live table of who has most traffic, connections or failures')
    .description('Shows who has most traffic, connections, failures or latency, again and again, like top.')
    .optionsGroup('Table:')
    .addOption(new Option('--by <WHAT>', 'what a line stands for').choices(TOP_GROUPS).default('container'))
    .addOption(new Option('--sort <KEY>', 'what the lines are sorted by').choices(TOP_SORTS).default('rate'))
    .option('-r, --reverse', 'the smallest first')
    .addOption(
      new Option('-d, --delay <TIME>', 'time between two pictures')
        .argParser((text) => parseSpan(text, 100))
        .default(2_000, '2s'),
    )
    .addOption(
      new Option('--window <TIME>', 'how long a closed connection counts')
        .argParser((text) => parseSpan(text, 1_000))
        .default(60_000, '60s'),
    )
    .optionsGroup('Output:')
    .addOption(new Option('-n, --iterations <N>', 'end after N pictures').argParser(parseNumber))
    .option('-b, --batch', 'one picture behind the other, for pipes; the default where there is no terminal')
    .addOption(new Option('--limit <N>', 'lines of a picture, with --batch').argParser(parseNumber))
    .addOption(new Option('--color <WHEN>', 'color the output').choices(COLOR_CHOICES).default('auto'));
  const params = addFilterOptions(command, FILTERS, { short: false });
  command.addHelpText('after', EXAMPLES);
  command.action((options: TopOptions) => watch({ server: server(), terminal, params, options }));
}

interface Run {
  server: Server;
  terminal: Terminal;
  params: Params;
  options: TopOptions;
}

async function watch(run: Run): Promise<void> {
  const { server, params, options, terminal } = run;
  parseQuery({ ...FLOWS, kubernetes: server.kind === 'agent' }, params);
  if (options.batch || !process.stdout.isTTY) {
    const feed = new TopFeed({ server, params, windowMs: options.window, notice: terminal.notice });
    await Promise.race([feed.follow(), printPictures(feed, run)]);
  } else {
    await new LiveTop(run).run();
  }
}

async function printPictures(feed: TopFeed, { server, terminal, options }: Run): Promise<void> {
  const { delay, iterations = Number.POSITIVE_INFINITY, limit } = options;
  const view = firstView(options);
  for (let count = 0; count < iterations; count++) {
    await sleep(delay);
    await feed.refresh();
    await terminal.write(
      (count === 0 ? '' : '\n') + page(pictureOf(feed, view, { server, options }), view, limit),
    );
  }
}

class LiveTop {
  readonly #run: Run;
  readonly #feed: TopFeed;
  readonly #tty: Tty;
  #view: TopView;
  #picture: TopPicture | undefined;
  #notice: string | undefined;
  /** Ends the wait for the next picture. */
  #wake = new AbortController();
  #quit = false;

  constructor(run: Run) {
    this.#run = run;
    this.#view = firstView(run.options);
    const notice = (message: string) => {
      this.#notice = message;
      this.#draw();
    };
    const { server, params, options } = run;
    this.#feed = new TopFeed({ server, params, windowMs: options.window, notice });
    this.#tty = new Tty({ onKeys: (input) => this.#press(input), onResize: () => this.#draw() });
  }

  async run(): Promise<void> {
    // What is wrong with the server from the start is said on the terminal that stays.
    await this.#feed.refresh();
    this.#tty.open();
    try {
      await Promise.race([this.#feed.follow(), this.#loop()]);
    } finally {
      this.#tty.close();
    }
  }

  async #loop(): Promise<void> {
    const { delay, iterations = Number.POSITIVE_INFINITY } = this.#run.options;
    for (let count = 0; count < iterations && !this.#quit; count++) {
      await this.#look();
      await sleep(delay, undefined, { signal: this.#wake.signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    if (this.#view.paused) return;
    try {
      await this.#feed.refresh();
      this.#notice = undefined;
    } catch (error) {
      if (!(error instanceof SysprobeError)) throw error;
      this.#notice = error.message;
    }
    this.#rank();
  }

  #press(input: string): void {
    const before = this.#view;
    for (const key of keysOf(input)) {
      const next = press(this.#view, key, pageLines(this.#tty.size));
      if (next === 'quit') {
        this.#quit = true;
        this.#wake.abort();
        return;
      }
      if (next) this.#view = next;
    }
    if (this.#view.paused && before.paused) this.#draw();
    else this.#rank();
  }

  #rank(): void {
    this.#picture = pictureOf(this.#feed, this.#view, this.#run);
    this.#draw();
  }

  #draw(): void {
    if (this.#picture === undefined) return;
    const { size } = this.#tty;
    const last = Math.max(0, this.#picture.rows.length - pageLines(size));
    if (this.#view.scroll > last) this.#view = { ...this.#view, scroll: last };
    const paint = choosePaint(this.#run.options.color);
    const notice = this.#notice ?? this.#picture.notice;
    this.#tty.show(screen({ ...this.#picture, notice }, this.#view, { size, paint }));
  }
}

function firstView({ by, sort, reverse = false }: TopOptions): TopView {
  return { group: by, sort, reverse, paused: false, help: false, scroll: 0 };
}

function pictureOf(
  feed: TopFeed,
  { group, sort, reverse }: TopView,
  { server, options }: Pick<Run, 'server' | 'options'>,
): TopPicture {
  const nowMs = feed.now();
  const windowMs = options.window;
  const { forgotten } = feed.book;
  return {
    rows: rank(feed.book, feed.containers, { group, sort, reverse, windowMs, nowMs }),
    nowMs,
    windowMs,
    server: server.name,
    notice:
      forgotten > 0 ? `${forgotten} closed connections do not count: choose a shorter --window` : undefined,
  };
}

function parseSpan(text: string, leastMs: number): number {
  const seconds = parseDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  if (seconds !== undefined && seconds * 1000 >= leastMs && seconds <= 3600) return seconds * 1000;
  throw new InvalidArgumentError(`Allowed is a time from ${leastMs}ms to 1h, such as 500ms or 2s.`);
}

function parseNumber(text: string): number {
  const count = parseCount(text);
  if (count !== undefined && count > 0) return count;
  throw new InvalidArgumentError('Allowed is a number from 1.');
}
