import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  ca: string;
  key: string;
  cert: string;
}

/** A CA of its own and the certificate of a server for the name, in PEM. */
export function makeCertificates(name = 'IP:127.0.0.1'): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'sysprobe-tls-'));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=test-ca',
  );
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=kube-apiserver');
  writeFileSync(at('names'), `subjectAltName=${name}\n`);
  const signed = ['-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', ...signed, '-out', 'server.crt', '-days', '2', '-extfile', 'names');
  const pem = (file: string) => readFileSync(at(file), 'utf8');
  const made = { ca: pem('ca.crt'), key: pem('server.key'), cert: pem('server.crt') };
  rmSync(folder, { recursive: true });
  return made;
}
