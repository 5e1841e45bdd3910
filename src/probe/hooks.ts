/** What is lost without something that is required. */
export const CORE = 'nothing can be observed';

/** A program of an object, as `sysprobe check` tries it. */
export interface Hook {
  object: string;
  program: string;
  what: string;
  required: boolean;
  cost: string;
  /** How it is put to use: at its hook, on the root cgroup, or by running it. */
  use: 'attach' | 'cgroup' | 'run';
}

export const HOOKS: readonly Hook[] = [
  {
    object: 'tcp',
    program: 'tcp_state',
    what: 'TCP connections',
    required: true,
    cost: CORE,
    use: 'attach',
  },
  {
    object: 'tcp',
    program: 'tcp_state_again',
    what: 'TCP connections, in the middle of another one',
    required: true,
    cost: CORE,
    use: 'attach',
  },
  {
    object: 'tcp',
    program: 'tcp_snapshot',
    what: 'counters of open connections',
    required: false,
    cost: 'a connection shows its bytes only when it closes',
    use: 'run',
  },
  ...['cgroup_made', 'cgroup_removed'].map(
    (program): Hook => ({
      object: 'cgroup',
      program,
      what: 'cgroups as they come and go',
      required: false,
      cost: 'a container that lives too short to be looked at is not named',
      use: 'attach',
    }),
  ),
  ...['process_forked', 'process_executed', 'process_exited'].map(
    (program): Hook => ({
      object: 'process',
      program,
      what: 'processes as they start and end',
      required: false,
      cost: 'processes are found by looking only, and how containers ended is not known',
      use: 'attach',
    }),
  ),
  {
    object: 'process',
    program: 'oom_killed',
    what: 'kills for want of memory',
    required: false,
    cost: 'a process that the kernel kills for want of memory shows as killed by a signal',
    use: 'attach',
  },
  ...['udp_send_ipv4', 'udp_sent_ipv4', 'udp_send_ipv6', 'udp_sent_ipv6', 'udp_receive', 'udp_received'].map(
    (program): Hook => ({
      object: 'udp_trace',
      program,
      what: 'UDP, without a program on the way of TCP packets',
      required: false,
      cost: 'UDP is counted by programs that every packet of TCP meets too',
      use: 'attach',
    }),
  ),
  ...(['udp_egress', 'udp_ingress', 'udp_drop', 'udp_free'] as const).map(
    (program): Hook => ({
      object: 'udp_cgroup',
      program,
      what: 'UDP, where the kernel refuses better programs',
      required: false,
      cost: 'where the kernel refuses udp_send_ipv4 too, UDP is not seen',
      use: program === 'udp_drop' || program === 'udp_free' ? 'attach' : 'cgroup',
    }),
  ),
  ...(['dns_egress', 'dns_ingress'] as const).map(
    (program): Hook => ({
      object: 'dns',
      program,
      what: 'DNS',
      required: false,
      cost: 'DNS is not seen, and flows do not tell the names of addresses',
      use: 'cgroup',
    }),
  ),
  ...(['dns_sendmsg4', 'dns_sendmsg6'] as const).map(
    (program): Hook => ({
      object: 'dns',
      program,
      what: 'DNS to servers behind NAT',
      required: false,
      cost: 'questions that NAT sends to another port are not seen, unless their socket is connected',
      use: 'cgroup',
    }),
  ),
  ...(['dns_connect4', 'dns_connect6'] as const).map(
    (program): Hook => ({
      object: 'dns',
      program,
      what: 'the process of questions over TCP',
      required: false,
      cost: 'questions over TCP tell their container, but not their process',
      use: 'cgroup',
    }),
  ),
];
