import { constants } from 'node:os';
import { layoutHash, layoutSizes } from '../events.gen.ts';
import type { Native } from '../native.ts';
import { toBytes, toObject, toText, toUint32 } from './args.ts';
import { type Binding, BpfObject } from './bpf-object.ts';
import { readClocks } from './clocks.ts';
import { confine, restartWithoutRings } from './confine.ts';
import { Conntrack } from './conntrack.ts';
import { guarded, misuse } from './failure.ts';
import { loadLibraries } from './libraries.ts';
import { LogCapture } from './log-capture.ts';
import { peerOf } from './peer.ts';
import { Watches } from './ring-reader.ts';
import { sockDiag } from './sock-diag.ts';

const BYTE = { most: 0xff };

let loaded: Native | undefined;

/** The addon's interface over the system's libbpf. Throws SP_BINDING_UNUSABLE, which names what is missing. */
export function loadFfi(): Native {
  loaded ??= bind();
  return loaded;
}

function bind(): Native {
  const libraries = loadLibraries();
  const log = new LogCapture(libraries);
  const binding: Binding = { libraries, log, watches: new Watches(libraries) };
  return {
    BpfObject: class extends BpfObject {
      constructor(image: Uint8Array, name: string) {
        super(binding, image, name);
      }
    },
    Conntrack: class extends Conntrack {
      constructor(netns: string) {
        super(binding, netns);
      }
    },
    // No C was compiled whose layouts could differ from those that the decoders were generated from.
    layouts: () => ({ sizes: layoutSizes, hash: layoutHash }),
    clocks: () => readClocks(libraries),
    sockDiag: (request, buffer) =>
      guarded(binding, 'sockDiag', () => {
        const from = toObject(request, 'request');
        const wanted = {
          netns: toText(from.netns, 'request.netns'),
          family: toUint32(from.family, 'request.family', BYTE),
          protocol: toUint32(from.protocol, 'request.protocol', BYTE),
          extensions: toUint32(from.extensions, 'request.extensions', BYTE),
          states: toUint32(from.states, 'request.states'),
        };
        return sockDiag(libraries, wanted, toBytes(buffer, 'buffer'));
      }),
    peerCredentials: (socket) =>
      guarded(binding, 'peerCredentials', () =>
        peerOf(libraries, toUint32(socket, 'socket', { most: 2 ** 31 - 1 })),
      ),
    confine: () => guarded(binding, 'confine', () => confine(libraries)),
    restartWithoutRings: (command) =>
      guarded(binding, 'restartWithoutRings', () => {
        const given = toObject(command, 'command');
        const words = Array.isArray(given) ? given.map((word) => toText(word, 'each word of command')) : [];
        const [path, ...args] = words;
        if (path === undefined) {
          const wanted = 'command must be an array of strings, the path of a program first';
          throw misuse(constants.errno.EINVAL, wanted);
        }
        return restartWithoutRings(libraries, [path, ...args]);
      }),
  };
}
