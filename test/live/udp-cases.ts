export interface UdpCase {
  what: string;
  /** Of datagrams.py. */
  name: string;
  options: Record<string, string | number>;
  /** The sockets stay open until the flows are compared: nobody has read what is in their buffers. */
  unread?: boolean;
}

/** One way to use UDP each, over loopback. */
export const udpCases: UdpCase[] = [
  { what: 'connected socket', name: 'connected', options: {} },
  { what: 'connected socket, IPv6', name: 'connected', options: { host: '::1' } },
  { what: 'one socket, three peers', name: 'unconnected', options: {} },
  { what: 'one socket, three peers, IPv6', name: 'unconnected', options: { host: '::1' } },
  { what: 'IPv6 sockets that talk IPv4', name: 'mapped', options: {} },
  { what: 'sent as segments (GSO)', name: 'segmented', options: {} },
  { what: 'sent as segments (GSO), IPv6', name: 'segmented', options: { host: '::1' } },
  { what: 'sent and received as segments (GSO, GRO)', name: 'coalesced', options: {} },
  { what: '60,000 bytes each', name: 'large', options: { packets: 20 } },
  { what: '60,000 bytes each, IPv6', name: 'large', options: { host: '::1', packets: 20 } },
  { what: 'no bytes', name: 'connected', options: { size: 0 } },
  { what: 'put together of two calls', name: 'corked', options: {} },
  { what: 'IP options', name: 'options', options: {} },
  { what: 'IPv6 extension headers', name: 'options', options: { host: '::1' } },
  { what: 'closed port', name: 'closed', options: {} },
  { what: 'a socket for each datagram', name: 'sockets', options: { packets: 300 } },
  { what: 'three sockets with the same ends in turn', name: 'reused', options: { packets: 60 } },
  { what: 'one socket of two processes', name: 'shared', options: {} },
  { what: 'receive buffer full', name: 'overflow', options: { packets: 300, every: 1000 }, unread: true },
  {
    what: 'receive buffer full, IPv6',
    name: 'overflow',
    options: { host: '::1', packets: 300, every: 1000 },
    unread: true,
  },
];
