import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { FlowRecord, Traffic } from '../../src/wire/flow.ts';
import { paced } from './pace.ts';
import { exitOf, poll } from './probe.ts';

/** What a program says that it did with one peer. */
export interface Conversation {
  pid: number;
  netns: number;
  role: 'client' | 'server';
  source: [ip: string, port: number];
  dest: [ip: string, port: number];
  sent: Traffic;
  received: Traffic;
  /** Datagrams that its receive buffer had no room for. */
  lost: number;
}

export interface Datagrams {
  conversations: Conversation[];
  /** Lets the processes close their sockets and end; waits for that. */
  end(): Promise<void>;
}

/** Runs a case of datagrams.py; its processes and sockets stay until end(). */
export async function startDatagrams(
  name: string,
  options: Record<string, string | number> = {},
): Promise<Datagrams> {
  const flags = Object.entries(options).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const child = spawn('python3', ['test/live/datagrams.py', name, ...flags], { timeout: paced(180_000) });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = exitOf(child).then((code) => {
    if (code !== 0) throw new Error(`datagrams.py ${name} failed: ${stderr}`);
  });
  const line = once(createInterface({ input: child.stdout }), 'line').then(([report]) => String(report));
  const report = await Promise.race([line, ended]);
  return {
    conversations: JSON.parse(report ?? '[]') as Conversation[],
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Runs a case of datagrams.py to its end. */
export async function datagrams(
  name: string,
  options: Record<string, string | number> = {},
): Promise<Conversation[]> {
  const { conversations, end } = await startDatagrams(name, options);
  await end();
  return conversations;
}

/** The flows of these conversations, once they say the same as the programs. */
export async function flowsOf(
  list: () => Promise<FlowRecord[]>,
  conversations: Conversation[],
  deadlineMs?: number,
): Promise<FlowRecord[]> {
  const expected = conversations.map(textOfConversation).sort();
  const ends = new Set(conversations.map(endsOfConversation));
  let flows: FlowRecord[] = [];
  let found: string[] = [];
  await poll(async () => {
    flows = (await list()).filter((flow) => ends.has(endsOfFlow(flow)));
    found = flows.map(textOfFlow).sort();
    return found.join() === expected.join();
  }, deadlineMs).catch(({ message }: Error) => {
    const extra = found.filter((text) => !expected.includes(text));
    const missing = expected.filter((text) => !found.includes(text));
    throw new Error(`${message}; missing:\n${missing.join('\n')}\nfound instead:\n${extra.join('\n')}`);
  });
  return flows;
}

const ends = (netns: number, [source, dest]: { ip: string; port: number }[]) =>
  `netns ${netns} ${source?.ip} ${source?.port} -> ${dest?.ip} ${dest?.port}`;

function endsOfConversation({ netns, source, dest }: Conversation): string {
  return ends(
    netns,
    [source, dest].map(([ip, port]) => ({ ip, port })),
  );
}

function endsOfFlow({ netns = 0, source, dest }: FlowRecord): string {
  return ends(netns, [source, dest]);
}

function text(role: string | undefined, sent: Traffic, received: Traffic, lost: number | undefined): string {
  return `${role} sent ${sent.bytes}/${sent.packets} received ${received.bytes}/${received.packets} lost ${lost}`;
}

function textOfConversation(conversation: Conversation): string {
  const { pid, role, sent, received, lost } = conversation;
  return `${endsOfConversation(conversation)} pid ${pid} ${text(role, sent, received, lost)}`;
}

function textOfFlow(flow: FlowRecord): string {
  const { role, sent, received, lostPackets, process } = flow;
  return `${endsOfFlow(flow)} pid ${process?.pid} ${text(role, sent, received, lostPackets)}`;
}
