// Everything that is committed though a program wrote it, in the order of who needs whom.
import { execFileSync } from 'node:child_process';

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });
run('npx', 'tsx', 'scripts/gen-events.ts');
run('node', 'scripts/bpf.mjs');
run('npx', 'tsx', 'scripts/gen-schemas.ts');
run('npx', 'tsx', 'scripts/gen-docs.ts');
run('npx', 'tsx', 'scripts/gen-chart.ts');
run('node', 'scripts/gen-manifests.mjs');
