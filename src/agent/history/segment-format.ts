import { crc32 } from 'node:zlib';
import { Decoder, Encoder } from 'cbor-x';
import { FlowBlock, type WrittenBlock } from './flow-block.ts';

/**
 * A segment file: a line that says what it is, then blocks, each with its length and checksum before it, little
 * endian. Blocks are only ever appended, so what a crash leaves behind is a torn last block.
 */
export const SEGMENT_HEAD = Buffer.from('sysprobe flows 1\n');
const BLOCK_HEAD = 8;
/** No block is larger: a length that is was damaged. */
const MAX_BLOCK_BYTES = 64 * 2 ** 20;

const OPTIONS = { useRecords: false, variableMapSize: true, mapsAsObjects: true };
const encoder = new Encoder(OPTIONS);
const decoder = new Decoder(OPTIONS);

export function encodeBlock(block: FlowBlock): Buffer {
  const body = encoder.encode(block.written);
  const whole = Buffer.alloc(BLOCK_HEAD + body.length);
  whole.writeUInt32LE(body.length, 0);
  whole.writeUInt32LE(crc32(body), 4);
  whole.set(body, BLOCK_HEAD);
  return whole;
}

export interface Segment {
  blocks: FlowBlock[];
  /** Blocks whose content is not what was written. */
  corrupt: number;
  /** The file ends in the middle of a block. */
  torn: boolean;
}

/** Reads as much as is whole. */
export function decodeSegment(bytes: Buffer): Segment {
  const segment: Segment = { blocks: [], corrupt: 0, torn: false };
  if (!bytes.subarray(0, SEGMENT_HEAD.length).equals(SEGMENT_HEAD)) {
    segment.corrupt = bytes.length < SEGMENT_HEAD.length ? 0 : 1;
    segment.torn = bytes.length < SEGMENT_HEAD.length;
    return segment;
  }
  let at = SEGMENT_HEAD.length;
  while (at < bytes.length) {
    const end = at + BLOCK_HEAD + (at + BLOCK_HEAD <= bytes.length ? bytes.readUInt32LE(at) : 0);
    if (end - at > MAX_BLOCK_BYTES) {
      // Where the next block begins is not known.
      segment.corrupt += 1;
      break;
    }
    if (at + BLOCK_HEAD > bytes.length || end > bytes.length) {
      segment.torn = true;
      break;
    }
    const block = decodeBlock(bytes.subarray(at + BLOCK_HEAD, end), bytes.readUInt32LE(at + 4));
    if (block === undefined) segment.corrupt += 1;
    else segment.blocks.push(block);
    at = end;
  }
  return segment;
}

/** Undefined when it is damaged, or of a version that is not known. */
function decodeBlock(body: Buffer, checksum: number): FlowBlock | undefined {
  if (crc32(body) !== checksum) return undefined;
  const written = decoder.decode(body) as WrittenBlock;
  return written.version === 1 ? FlowBlock.open(written) : undefined;
}
