import { refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = -1;

/** Memory that is shared with the kernel. `bytes` must not be used after unmap(). */
export class MappedMemory {
  readonly bytes: Buffer;
  readonly #libraries: Libraries;
  readonly #address: number;

  /** `what` names it when it cannot be mapped. */
  constructor(
    libraries: Libraries,
    { fd, size, writable, offset = 0 }: { fd: number; size: number; writable: boolean; offset?: number },
    what: string,
  ) {
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    const address = libraries.c.mmap(0, size, protection, MAP_SHARED, fd, offset);
    if (address === MAP_FAILED) throw refusal(libraries.errno(), `memory of ${what}`);
    this.#libraries = libraries;
    this.#address = address;
    this.bytes = libraries.memory.foreign(address, size);
  }

  unmap(): void {
    this.#libraries.c.munmap(this.#address, this.bytes.length);
  }
}
