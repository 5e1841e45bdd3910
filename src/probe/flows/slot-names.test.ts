import { expect, test } from 'vitest';
import { flowNames } from '../dns/flow-names.ts';
import { AddressNames } from '../dns/names.ts';
import { ConnRole, TcpState } from '../events.gen.ts';
import { flowRecord } from './record.fixture.ts';
import { SlotNames } from './slot-names.ts';
import type { FlowFields } from './write-record.ts';

const SECOND = 1e9;
const DEST = '192.0.2.7';
const bytesOf = (ip: string) => ip.split('.').map(Number);
const fields: FlowFields = { dest: bytesOf(DEST), openedNs: 5 * SECOND, role: ConnRole.CLIENT };

function open() {
  const names = new AddressNames({ graceNs: 0 });
  const { netns } = flowRecord();
  const learn = (name: string, atNs = SECOND) =>
    names.learn({
      netns,
      question: { name, type: 'A' },
      answers: [{ name, type: 'A', data: DEST, ttl: 60 }],
      atNs,
    });
  const isKept = () => {
    names.expire(3600 * SECOND);
    return names.size === 1;
  };
  return { slots: new SlotNames(flowNames(names)), learn, isKept };
}

test('a flow has the name of its destination as long as it is open, and the name stays as long', () => {
  const { slots, learn, isKept } = open();
  learn('shop.test');
  expect(slots.of(1, flowRecord(fields))).toMatchObject({ domain: 'shop.test', others: 0 });
  learn('other.test', 2 * SECOND);
  expect(slots.of(1, flowRecord(fields))).toMatchObject({ domain: 'shop.test' });
  expect(isKept()).toBe(true);
  slots.close(1);
  expect(slots.of(1, flowRecord(fields))).toMatchObject({ domain: 'shop.test' });
  expect(isKept()).toBe(false);
});

test('a name that is learned after the flow was first shown is found then', () => {
  const { slots, learn } = open();
  expect(slots.of(1, flowRecord(fields))).toBeUndefined();
  learn('shop.test');
  expect(slots.of(1, flowRecord(fields))).toMatchObject({ domain: 'shop.test' });
});

test('a flow that is first shown when it has closed keeps its name from nobody', () => {
  const { slots, learn, isKept } = open();
  learn('shop.test');
  expect(slots.of(1, flowRecord({ ...fields, state: TcpState.CLOSE }))).toMatchObject({
    domain: 'shop.test',
  });
  slots.close(1);
  expect(isKept()).toBe(false);
});

test('the next flow of a slot does not have the name of the one before', () => {
  const { slots, learn, isKept } = open();
  learn('shop.test');
  slots.of(1, flowRecord(fields));
  slots.forget(1);
  expect(slots.of(1, flowRecord({ ...fields, dest: bytesOf('192.0.2.8') }))).toBeUndefined();
  expect(isKept()).toBe(false);
});

test('who was called has not looked up who calls', () => {
  const { slots, learn } = open();
  learn('shop.test');
  expect(slots.of(1, flowRecord({ ...fields, role: ConnRole.SERVER }))).toBeUndefined();
});
