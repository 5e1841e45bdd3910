import { describe, expect, test } from 'vitest';
import { ConnRole, IpProtocol } from '../events.gen.ts';
import { flowRecord } from '../flows/record.fixture.ts';
import { LookupQueue } from './lookup-queue.ts';

const ports = (queue: LookupQueue, limit = 100) => queue.take(limit).map(({ sourcePort }) => sourcePort);
const client = { source: [10, 0, 0, 1], sourcePort: 40_000, dest: [10, 0, 0, 2], destPort: 80, openedNs: 1 };
const server = { source: [10, 0, 0, 2], sourcePort: 80, dest: [10, 0, 0, 1], destPort: 40_000, openedNs: 2 };

test('connections wait in the order they came, as copies', () => {
  const queue = new LookupQueue(10);
  const reused = flowRecord(client);
  for (const port of [3, 1, 2]) {
    reused.view.setUint16(108, port, true);
    queue.add(reused);
  }
  expect(queue.size).toBe(3);
  expect([ports(queue, 2), queue.size]).toEqual([[3, 1], 1]);
  expect([ports(queue, 2), queue.size]).toEqual([[2], 0]);
  queue.add(reused);
  queue.clear();
  expect([queue.size, ports(queue)]).toEqual([0, []]);
});

describe('both sides of one connection', () => {
  test('need no lookup', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord(client));
    queue.add(flowRecord({ ...client, sourcePort: 1 }));
    queue.add(flowRecord(server));
    expect([queue.size, queue.paired]).toEqual([1, 2]);
    expect(ports(queue)).toEqual([1]);
  });

  test('again and again on the same ports', () => {
    const queue = new LookupQueue(10);
    for (let openedNs = 0; openedNs < 10; openedNs += 2) {
      queue.add(flowRecord({ ...client, openedNs }));
      queue.add(flowRecord({ ...server, openedNs: openedNs + 1 }));
    }
    expect([queue.size, queue.paired, queue.superseded]).toEqual([0, 10, 0]);
  });

  test('are of one protocol', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord(client));
    queue.add(flowRecord({ ...server, protocol: 17 }));
    expect([queue.size, queue.paired]).toEqual([2, 0]);
    expect(queue.take(2).map(({ protocol }) => protocol)).toEqual([IpProtocol.TCP, 17]);
  });
});

describe('the same ends again', () => {
  test('are a later connection, the only one that the kernel still knows', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord({ ...client, openedNs: 1 }));
    queue.add(flowRecord({ ...client, openedNs: 5 }));
    expect([queue.size, queue.superseded]).toEqual([1, 1]);
    expect(queue.take(10).map(({ openedNs }) => openedNs)).toEqual([5]);
  });

  test('opened at the same time are the same connection', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord(client));
    queue.add(flowRecord(client));
    expect([queue.size, queue.superseded]).toEqual([1, 0]);
  });
});

test('what does not fit is counted', () => {
  const queue = new LookupQueue(2);
  for (const sourcePort of [1, 2, 3, 4]) queue.add(flowRecord({ ...client, sourcePort }));
  expect([ports(queue), queue.dropped]).toEqual([[1, 2], 2]);
  queue.clear();
  queue.add(flowRecord(client));
  expect([queue.size, queue.dropped]).toEqual([1, 2]);
});

describe('of two sides that NAT keeps apart', () => {
  const behind = { source: [10, 0, 0, 3], sourcePort: 8080, dest: [10, 0, 0, 1], destPort: 40_000 };

  test('the one that opened the connection is taken first', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord({ ...behind, role: ConnRole.SERVER }));
    queue.add(flowRecord(client));
    expect(ports(queue, 1)).toEqual([40_000]);
    expect(ports(queue, 1)).toEqual([8080]);
  });

  test('the other is taken by its ends, once, and as long as it waits', () => {
    const queue = new LookupQueue(10);
    queue.add(flowRecord(client));
    queue.add(flowRecord({ ...behind, sock: 64, role: ConnRole.SERVER }));
    expect(ports(queue, 1)).toEqual([40_000]);
    expect(queue.takeSame(flowRecord(client))).toBeUndefined();
    expect(queue.takeSame(flowRecord({ ...behind, protocol: 17 }))).toBeUndefined();
    expect(queue.takeSame(flowRecord(behind))?.sock).toBe(64);
    expect(queue.takeSame(flowRecord(behind))).toBeUndefined();
    expect([queue.size, ports(queue)]).toEqual([0, []]);
  });
});
