import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf, poll } from '../live/probe.ts';

export interface Request {
  /** The client's port. */
  port: number;
  /** Bytes of the request, and of the response with its head. */
  received: number;
  sent: number;
}

export interface Nginx {
  /** Stops it in order and returns its log. */
  stop(): Promise<Request[]>;
}

/** A real nginx on loopback that writes down what every request read and wrote. */
export async function startNginx(port: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-nginx-'));
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 1024; }
    http {
      log_format truth '$remote_port $request_length $bytes_sent';
      access_log ${folder}/access.log truth;
      ${bodies.join(' ')}
      server { listen 127.0.0.1:${port}; location / { return 200 "${'x'.repeat(3000)}"; } }
    }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const ended = exitOf(child);
  await poll(() => accepts(port));
  return {
    async stop() {
      child.kill('SIGQUIT');
      await ended;
      const lines = readFileSync(join(folder, 'access.log'), 'utf8').trim().split('\n');
      rmSync(folder, { recursive: true });
      return lines.map((line) => {
        const [remote = 0, received = 0, sent = 0] = line.split(' ').map(Number);
        return { port: remote, received, sent };
      });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .on('error', () => resolve(false))
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      });
  });
}
