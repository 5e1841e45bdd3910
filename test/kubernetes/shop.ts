import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cleanup } from '../containers/command.ts';
import { IMAGES } from '../cri/image.ts';
import { KubernetesNode, type Pod } from '../cri/kubernetes-node.ts';
import { FOR_AGENT, type RunningAgent, startAgent } from '../live/agent.ts';
import { startDnsmasq } from '../live/dns-servers.ts';
import { poll, startProbe } from '../live/probe.ts';
import { type ApiObject, ApiServer } from './api-server.ts';
import { makeCertificates } from './certificates.ts';
import { NODE, PODS, pod as podObject, SERVICES, SLICES, service, slice } from './objects.ts';

/** The address of the service, of the name server of the node, and of a host outside that refuses. */
export const CLUSTER_IP = '10.96.0.20';
const RESOLVER = '169.254.20.10';
export const OUTSIDE = { ip: '203.0.113.7', name: 'web.shop.test' };

interface Workload {
  name: string;
  namespace: string;
  owner: { kind: string; name: string };
  labels?: Record<string, string>;
  /** Run by a shell. */
  script: string;
}

interface Running {
  pod: Pod;
  object: ApiObject;
  container: string;
}

/**
 * A shop on a node of Kubernetes: `web` calls the service of `cart`, which calls `redis`, and a host outside that
 * refuses; a job calls the cart once and is gone. Probe and agent watch it, the agent with an API server.
 */
export class Shop {
  readonly #cleanup = new Cleanup();
  readonly #certificates = makeCertificates();
  readonly #api = new ApiServer(this.#certificates);
  readonly #running = new Map<string, Running>();
  #node: KubernetesNode | undefined;
  #agent: RunningAgent | undefined;
  #startAgent: ((flags: string[]) => Promise<RunningAgent>) | undefined;

  static async open(): Promise<Shop> {
    const shop = new Shop();
    try {
      await shop.#setUp();
    } catch (error) {
      await shop.close();
      throw error;
    }
    return shop;
  }

  get agent(): RunningAgent {
    if (this.#agent === undefined) throw new Error('the shop is closed');
    return this.#agent;
  }

  pod(name: string): Running {
    const found = this.#running.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Beside the first one, until the shop closes. */
  async anotherAgent(flags: string[] = []): Promise<RunningAgent> {
    if (this.#startAgent === undefined) throw new Error('the shop is closed');
    const agent = await this.#startAgent(flags);
    this.#cleanup.add(async () => {
      await agent.stop();
    });
    await poll(agent.isReady);
    return agent;
  }

  /** The pod goes, in the cluster and on the node. */
  async remove(name: string): Promise<void> {
    const { pod, object } = this.pod(name);
    await this.#node?.removePod(pod);
    this.#api.delete(PODS, object);
  }

  async close(): Promise<void> {
    await this.#cleanup.run();
  }

  async #setUp(): Promise<void> {
    const node = await KubernetesNode.create();
    this.#node = node;
    this.#cleanup.add(() => node.close());
    await this.#startNetwork(node.name);
    await this.#startPrograms(node);
    await this.#startWorkloads();
  }

  /** What a cluster's own components would do on the node. */
  async #startNetwork(netns: string): Promise<void> {
    const links = [
      'link add outside type veth peer name beyond',
      'link set outside up',
      'link set beyond up',
      `address add ${RESOLVER}/32 dev lo`,
    ];
    const route = `route add ${OUTSIDE.ip}/32 dev outside`;
    const input = [...links, route].join('\n');
    execFileSync('ip', ['-n', netns, '-batch', '-'], { input, stdio: 'pipe' });
    nft(netns, [
      'add table ip outside',
      'add chain ip outside forward { type filter hook forward priority 0; }',
      `add rule ip outside forward ip daddr ${OUTSIDE.ip} reject with tcp reset`,
    ]);
    const web = { ip: OUTSIDE.ip, ip6: '2001:db8::7' };
    const dns = await startDnsmasq({ netns, listen: [RESOLVER], port: 53, web });
    this.#cleanup.add(() => dns.stop());
  }

  async #startPrograms(node: KubernetesNode): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-shop-'));
    this.#cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
    chmodSync(folder, 0o755);
    const api = this.#api;
    await api.listen();
    this.#cleanup.add(() => api.stop());
    const [ca, token] = [join(folder, 'ca.crt'), join(folder, 'token')];
    writeFileSync(ca, this.#certificates.ca);
    writeFileSync(token, 'token');
    const sockets = ['--runtime-sockets', `cri:${node.socket}`];
    const probe = await startProbe([...FOR_AGENT, ...sockets], { through: node.inside });
    this.#cleanup.add(() => probe.stop());
    const files = ['--kubernetes-ca-file', ca, '--kubernetes-token-file', token];
    const server = ['--kubernetes-host', '127.0.0.1', '--kubernetes-port', String(api.port)];
    this.#startAgent = (flags) =>
      startAgent(probe.socket, [...server, ...files, '--node-name', NODE, ...flags]);
    this.#agent = await this.anotherAgent();
  }

  async #startWorkloads(): Promise<void> {
    const redis = await this.#start({
      name: 'redis-0',
      namespace: 'shop',
      owner: { kind: 'StatefulSet', name: 'redis' },
      script: 'exec nc -ll -p 6379 -e cat',
    });
    const cart = await this.#start({
      name: 'cart-6d9f7c5b8-x2x4z',
      namespace: 'shop',
      owner: { kind: 'ReplicaSet', name: 'cart-6d9f7c5b8' },
      labels: { app: 'cart', 'pod-template-hash': '6d9f7c5b8' },
      script: `echo hello > /tmp/index.html; httpd -p 8080 -h /tmp; while :; do echo get | nc -w 1 ${redis.pod.ip} 6379; sleep 0.5; done`,
    });
    this.#api.put(SERVICES, service('cart', CLUSTER_IP));
    const endpoint = { ip: cart.pod.ip, pod: cart.object.metadata.name, node: NODE };
    this.#api.put(SLICES, slice('cart', [endpoint]));
    nft(this.#node?.name ?? '', [
      'add table ip services',
      'add chain ip services prerouting { type nat hook prerouting priority -100; }',
      `add rule ip services prerouting ip daddr ${CLUSTER_IP} tcp dport 80 dnat to ${cart.pod.ip}:8080`,
    ]);
    await this.#start({
      name: 'web-7c9d8b6f5-k4k8w',
      namespace: 'front',
      owner: { kind: 'ReplicaSet', name: 'web-7c9d8b6f5' },
      labels: { app: 'web', 'pod-template-hash': '7c9d8b6f5' },
      script: `while :; do wget -qO /dev/null http://${CLUSTER_IP}/; wget -qO /dev/null http://${OUTSIDE.name}/; sleep 0.5; done`,
    });
    await this.#start({
      name: 'report-28700000-q7q9w',
      namespace: 'front',
      owner: { kind: 'Job', name: 'report-28700000' },
      script: `wget -qO /dev/null http://${CLUSTER_IP}/`,
    });
  }

  async #start({ name, namespace, owner, labels = {}, script }: Workload): Promise<Running> {
    const node = this.#node;
    if (node === undefined) throw new Error('there is no node');
    const pod = await node.startPod({ name, namespace, dns: RESOLVER });
    const line = ['sh', '-c', script];
    const container = await node.startContainer(pod, { name: 'main', image: IMAGES.shop, command: line });
    const { uid, ip } = pod;
    const object = podObject({ name, namespace, owner, labels, uid, ip, container });
    this.#api.put(PODS, object);
    const running = { pod, object, container };
    this.#running.set(owner.name.split('-')[0] ?? '', running);
    return running;
  }
}

function nft(netns: string, rules: readonly string[]): void {
  execFileSync('ip', ['netns', 'exec', netns, 'nft', '-f', '-'], { input: rules.join('\n'), stdio: 'pipe' });
}
