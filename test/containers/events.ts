import type { ContainerRecord } from '../../src/wire/container.ts';
import type { Following, RunningProbe } from '../live/probe.ts';

export type ContainerEvent = ContainerRecord & { type: string; cursor: string };

/** What happens to containers, as a probe tells it. */
export class ContainerEvents {
  readonly stream: Following<ContainerEvent>;

  private constructor(stream: Following<ContainerEvent>) {
    this.stream = stream;
  }

  static async follow(probe: RunningProbe): Promise<ContainerEvents> {
    return new ContainerEvents(await probe.followAll('containers'));
  }

  started(id: string): Promise<ContainerEvent> {
    return this.#next('container.started', id);
  }

  /** The end of the life number `lives` of a container that is started again. */
  stopped(id: string, lives = 1): Promise<ContainerEvent> {
    return this.#next('container.stopped', id, lives);
  }

  /** The types of all that was told of a container. */
  of(id: string): string[] {
    return this.stream.events.filter((event) => event.id === id).map(({ type }) => type);
  }

  async #next(type: string, id: string, count = 1): Promise<ContainerEvent> {
    const ours = () => this.stream.events.filter((event) => event.type === type && event.id === id);
    await this.stream.until(() => ours().length >= count);
    return ours()[count - 1] as ContainerEvent;
  }
}
