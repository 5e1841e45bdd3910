import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cleanup } from '../containers/command.ts';
import { Podman } from '../containers/podman.ts';
import { poll } from '../live/probe.ts';
import { containerOf, type Deployment } from './documents.ts';
import { buildImage } from './image.ts';
import { KubeletPod, type SecurityChange } from './kubelet.ts';

/** One container that runs: what it is asked for goes through its own programs, as with `kubectl exec`. */
export interface Running {
  id: string;
  pid: number;
  sysprobe(...args: string[]): Promise<string>;
  log(): Promise<string>;
}

/** A node with podman in the kubelet's place, and the image of this checkout. */
export class TestNode {
  readonly podman: Podman;
  readonly image: string;
  readonly #cleanup: Cleanup;

  private constructor(podman: Podman, image: string, cleanup: Cleanup) {
    this.podman = podman;
    this.image = image;
    this.#cleanup = cleanup;
  }

  static async create(): Promise<TestNode> {
    const cleanup = new Cleanup();
    try {
      const folder = mkdtempSync(join(tmpdir(), 'sysprobe-image-'));
      cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
      const podman = await Podman.create();
      cleanup.add(() => podman.close());
      return new TestNode(podman, await buildImage(podman, folder), cleanup);
    } catch (error) {
      await cleanup.run();
      throw error;
    }
  }

  async pod(
    deployment: Deployment,
    more: { change?: SecurityChange; secret?: Record<string, string> } = {},
  ): Promise<KubeletPod> {
    const folder = this.folder();
    const { podman, image } = this;
    return KubeletPod.create(podman, { deployment, image, folder, ...more });
  }

  /** A folder of its own for the volumes of a pod. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sysprobe-pod-'));
    this.#cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Gives the path of an archive of the image. */
  async saveImage(): Promise<string> {
    const archive = join(this.folder(), 'image.tar');
    await this.podman.call([
      'save',
      '--quiet',
      '--format',
      'docker-archive',
      '--output',
      archive,
      this.image,
    ]);
    return archive;
  }

  /** Starts a container of the pod and waits until `sysprobe status` answers in it. */
  async start(pod: KubeletPod, deployment: Deployment, name: string): Promise<Running> {
    const id = await pod.start(containerOf(deployment.pod, name));
    const { podman } = this;
    const pid = Number(await podman.call(['inspect', '--format', '{{.State.Pid}}', id]));
    const logPath = await podman.call(['inspect', '--format', '{{.HostConfig.LogConfig.Path}}', id]);
    const log = async () => readFileSync(logPath, 'utf8');
    const running: Running = {
      id,
      pid,
      log,
      sysprobe: (...args) => podman.call(['exec', id, 'sysprobe', ...args]),
    };
    await poll(async () => {
      const state = await podman.call(['inspect', '--format', '{{.State.Running}}', id]);
      if (state !== 'true') throw new Error(`${name} ended: ${await log()}`);
      return running.sysprobe('status').then(
        () => true,
        () => false,
      );
    }, 60_000);
    return running;
  }

  close(): Promise<void> {
    return this.#cleanup.run();
  }
}
