import { constants } from 'node:os';
import { arch } from 'node:process';
import { misuse, refusal } from './failure.ts';
import type { Libraries } from './libraries.ts';
import { setPointer } from './memory.ts';
import {
  ALLOWED_FAMILIES,
  ALLOWED_NAMESPACES,
  AUDIT_ARCH,
  DENIED,
  DENIED_BPF,
  FILTERED,
} from './system-calls.ts';

const { EBUSY, EFAULT, EINVAL, ENOSYS, ENOTSUP, EPERM } = constants.errno;

const F_SETFD = 2;

const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
/** On every thread: Node's own are running already. */
const SECCOMP_FILTER_FLAG_TSYNC = 1;

/** CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID and -NET. */
const NAMESPACES = 0x7e02_0000;
/** Numbers with this bit are those of x32, another way to the same calls; on arm64 none has it. */
const X32_BIT = 0x4000_0000;

/** Instructions of classic BPF, and fields of struct seccomp_data. */
const LOAD = 0x20;
const IF_EQUAL = 0x15;
const IF_AT_LEAST = 0x35;
const IF_ANY_BIT = 0x45;
const RETURN = 0x06;
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENTS = 16;
const ARGUMENT_SIZE = 8;
const RET_ALLOW = 0x7fff_0000;
const RET_ERRNO = 0x0005_0000;

/** struct sock_filter. */
interface Instruction {
  code: number;
  ifTrue: number;
  ifFalse: number;
  value: number;
}
const INSTRUCTION_SIZE = 8;

type Machine = 'x64' | 'arm64';

export function confine(libraries: Libraries): void {
  const machine = knownMachine();
  install(libraries, confined(machine), machine);
}

/**
 * Starts `command`, a path and its arguments, in the place of this program, where the kernel makes no ring for input and
 * output: what is asked for by a ring passes no filter, so that one which was made before confine() would be a way around
 * it. Comes back only by throwing.
 */
export function restartWithoutRings(libraries: Libraries, command: readonly [string, ...string[]]): never {
  const { c, errno, memory } = libraries;
  const machine = knownMachine();
  const number = DENIED.io_uring_setup[machine];
  // Where none can be made already, the ring came from outside, and would be there again.
  if (c['io_uring_setup:syscall'](number, 0, null) !== 0 && ![EINVAL, EFAULT].includes(errno())) {
    throw refusal(errno(), 'another ring for input and output was asked for');
  }
  // As from a kernel that has none: libuv does without.
  const filter = [...onlyThisArchitecture(machine), ...when(number, [deny(ENOSYS)]), answer(RET_ALLOW)];
  install(libraries, filter, machine);
  // Node.js has marked them to be closed.
  for (const stream of [0, 1, 2]) c.fcntl(stream, F_SETFD, 0);
  const words = memory.allocate((command.length + 1) * 8);
  for (const [index, word] of command.entries()) setPointer(words, index * 8, memory.text(word));
  c.execv(command[0], words);
  throw refusal(errno(), `${command[0]} was to be started again`);
}

function knownMachine(): Machine {
  if (arch === 'x64' || arch === 'arm64') return arch;
  throw misuse(ENOTSUP, `the numbers of the system calls of ${arch} are not known`);
}

function install({ c, errno, memory }: Libraries, filter: Instruction[], machine: Machine): void {
  const program = memory.allocate(16);
  program.view.setUint16(0, filter.length, true);
  setPointer(program, 8, memory.copyOf(encode(filter)));
  if (c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) throw refusal(errno(), 'no_new_privs was asked for');
  const number = FILTERED.seccomp[machine];
  const result = c['seccomp:syscall'](number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program);
  if (result < 0) throw refusal(errno(), 'a seccomp filter for every thread was asked for');
  if (result > 0) throw refusal(EBUSY, 'a thread has another seccomp filter');
}

/** Leaves the number of the call loaded. */
function onlyThisArchitecture(machine: Machine): Instruction[] {
  return [
    load(ARCHITECTURE),
    jump(IF_EQUAL, AUDIT_ARCH[machine], { ifTrue: 1, ifFalse: 0 }),
    deny(EPERM),
    load(NUMBER),
    jump(IF_AT_LEAST, X32_BIT, { ifTrue: 0, ifFalse: 1 }),
    deny(EPERM),
  ];
}

/** Instruction by instruction what native/confine.cc makes. */
function confined(machine: Machine): Instruction[] {
  const allow = answer(RET_ALLOW);
  const denied = deny(EPERM);
  return [
    ...onlyThisArchitecture(machine),
    ...Object.values(DENIED).flatMap((numbers) => when(numbers[machine], [denied])),
    // Its flags are in memory, where a filter cannot look: the C library then takes clone.
    ...when(FILTERED.clone3[machine], [deny(ENOSYS)]),
    ...when(FILTERED.clone[machine], [
      load(ARGUMENTS),
      jump(IF_ANY_BIT, NAMESPACES, { ifTrue: 0, ifFalse: 1 }),
      denied,
      allow,
    ]),
    ...when(FILTERED.socket[machine], byArgument(0, ALLOWED_FAMILIES, [allow, denied])),
    ...when(FILTERED.setns[machine], byArgument(1, ALLOWED_NAMESPACES, [allow, denied])),
    ...when(FILTERED.bpf[machine], byArgument(0, DENIED_BPF, [denied, allow])),
    allow,
  ];
}

/** Answers with the first when the argument is one of the values, else with the other. */
function byArgument(
  index: number,
  values: Record<string, number>,
  [found, otherwise]: [Instruction, Instruction],
): Instruction[] {
  const known = Object.values(values).flatMap((value) => when(value, [found]));
  return [load(ARGUMENTS + index * ARGUMENT_SIZE), ...known, otherwise];
}

/** Runs `then`, which answers, when what was loaded last is `value`. */
function when(value: number, then: Instruction[]): Instruction[] {
  return [jump(IF_EQUAL, value, { ifTrue: 0, ifFalse: then.length }), ...then];
}

function load(offset: number): Instruction {
  return { code: LOAD, ifTrue: 0, ifFalse: 0, value: offset };
}

function answer(action: number): Instruction {
  return { code: RETURN, ifTrue: 0, ifFalse: 0, value: action };
}

function deny(errno: number): Instruction {
  return answer(RET_ERRNO + errno);
}

function jump(code: number, value: number, { ifTrue, ifFalse }: { ifTrue: number; ifFalse: number }) {
  return { code, ifTrue, ifFalse, value };
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * INSTRUCTION_SIZE);
  program.forEach(({ code, ifTrue, ifFalse, value }, index) => {
    const at = index * INSTRUCTION_SIZE;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(ifTrue, at + 2);
    bytes.writeUInt8(ifFalse, at + 3);
    bytes.writeUInt32LE(value, at + 4);
  });
  return bytes;
}
