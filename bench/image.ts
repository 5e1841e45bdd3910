import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { poll } from '../test/live/probe.ts';
import { readDeployment } from '../test/manifests/documents.ts';
import type { KubeletPod } from '../test/manifests/kubelet.ts';
import { type Running, TestNode } from '../test/manifests/node.ts';
import { type Benchmark, type Figure, spread } from './figures.ts';
import { residentMiB } from './load.ts';

const STARTS = 7;
const PROGRAMS = { 'system-probe': 'watching', 'node-agent': 'serving' } as const;

type Program = keyof typeof PROGRAMS;

interface Start {
  seconds: number;
  residentMiB: number;
}

/** The image, and the containers of manifests/install.yaml under podman: from their start to their first line. */
export const image: Benchmark = {
  name: 'image',
  async run() {
    const node = await TestNode.create();
    try {
      const figures = [await size(node)];
      const starts: Record<Program, Start[]> = { 'system-probe': [], 'node-agent': [] };
      const deployment = readDeployment('manifests/install.yaml');
      for (let round = 0; round < STARTS; round++) {
        const pod = await node.pod(deployment);
        const running: Running[] = [];
        for (const program of Object.keys(PROGRAMS) as Program[]) {
          const container = await node.start(pod, deployment, program);
          running.push(container);
          starts[program].push(await startOf(node, container, PROGRAMS[program]));
        }
        await stop(pod, running.reverse());
      }
      return [...figures, ...Object.entries(starts).flatMap(([program, each]) => figuresOf(program, each))];
    } finally {
      await node.close();
    }
  },
};

async function size(node: TestNode): Promise<Figure> {
  const bytes = Number(await node.podman.call(['image', 'inspect', '--format', '{{.Size}}', node.image]));
  const compressed = gzipSync(readFileSync(await node.saveImage())).length;
  const mb = (count: number) => `${Math.round(count / 1e6)} MB`;
  return { what: 'the image', figure: mb(bytes), how: `for x86-64; ${mb(compressed)} with gzip` };
}

/** By the clock of the machine, as podman and the program's own log tell it. */
async function startOf({ podman }: TestNode, { id, pid, log }: Running, message: string): Promise<Start> {
  const started = await podman.call(['inspect', '--format', '{{.State.StartedAt.UnixMilli}}', id]);
  let readyMs: number | undefined;
  await poll(async () => {
    const lines = (await log()).split('\n').map((line) => line.slice(line.indexOf('{')));
    const found = lines.find((line) => line.includes(`"msg":"${message}"`));
    readyMs = found === undefined ? undefined : JSON.parse(found).time;
    return readyMs !== undefined;
  });
  return { seconds: ((readyMs ?? Number.NaN) - Number(started)) / 1000, residentMiB: residentMiB(pid) };
}

async function stop(pod: KubeletPod, containers: readonly Running[]): Promise<void> {
  for (const { id } of containers) await pod.stop(id);
}

function figuresOf(program: string, starts: readonly Start[]): Figure[] {
  const how = `${STARTS} starts under podman, with the security contexts of manifests/install.yaml`;
  return [
    {
      what: `from the start of the container until ${program} is at work`,
      figure: `${spread(starts.map(({ seconds }) => seconds))} s`,
      how,
    },
    {
      what: `resident memory of ${program} when it has started`,
      figure: `${spread(
        starts.map((start) => start.residentMiB),
        0,
      )} MiB`,
      how,
    },
  ];
}
