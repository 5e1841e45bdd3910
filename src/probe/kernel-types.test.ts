import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasMember, KERNEL_TYPES } from './kernel-types.ts';

/** Types of every kind that the kernel has, a struct with one member `rcu` behind them. */
function btf(kinds: [kind: number, count: number, body: number][]): Buffer {
  const names = Buffer.from('\0snapshot\0rcu\0');
  const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const types = Buffer.concat([
    ...kinds.map(([kind, count, body]) =>
      Buffer.concat([u32(0, (kind << 24) | count, 4), Buffer.alloc(body, 1)]),
    ),
    u32(1, (4 << 24) | 1, 8, 10, 1, 0),
  ]);
  const header = Buffer.concat([u32(0x01eb9f, 24), u32(0, types.length, types.length, names.length)]);
  return Buffer.concat([header, types, names]);
}

describe('hasMember', () => {
  it('finds a member behind types of every kind', () => {
    const types = btf([
      [1, 0, 4],
      [2, 0, 0],
      [3, 0, 12],
      [4, 2, 24],
      [5, 1, 12],
      [6, 3, 24],
      [7, 0, 0],
      [8, 0, 0],
      [12, 1, 0],
      [13, 2, 16],
      [14, 0, 4],
      [15, 1, 12],
      [16, 0, 0],
      [17, 0, 4],
      [18, 0, 0],
      [19, 2, 24],
    ]);
    expect(hasMember(types, 'snapshot', 'rcu')).toBe(true);
    expect(hasMember(types, 'snapshot', 'snapshot')).toBe(false);
    expect(hasMember(types, 'snap', 'rcu')).toBe(false);
  });

  it('refuses what is no BTF', () => {
    expect(() => hasMember(Buffer.alloc(64), 'sock', 'sk_err')).toThrow('no types');
  });

  it('reads the types of the running kernel', () => {
    const types = readFileSync(KERNEL_TYPES);
    expect(hasMember(types, 'sock', 'sk_protocol')).toBe(true);
    expect(hasMember(types, 'sock', 'skc_daddr')).toBe(false);
    expect(hasMember(types, 'task_struct', 'group_leader')).toBe(true);
  });
});
