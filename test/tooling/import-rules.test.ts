import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/package-root.ts';

const refused = [
  ['src/probe/main.ts', '../agent/main.ts'],
  ['src/probe/server/server.ts', '../../map/types.ts'],
  ['src/agent/ingest.ts', '../probe/native.ts'],
  ['src/agent/page.ts', '../web/main.ts'],
  ['src/query/flows.ts', '../agent/store.ts'],
  ['src/query/metrics.ts', '../export/prometheus.ts'],
  ['src/export/prometheus.ts', '../wire/flow.ts'],
  ['src/map/edges.ts', '../lib/errors.ts'],
  ['src/map/nodes.ts', '../wire/flow.ts'],
  ['src/cli/main.ts', '../probe/native.ts'],
  ['src/cli/session.ts', '../probe/replay/session.ts'],
  ['src/wire/cbor.ts', '../map/types.ts'],
  ['src/lib/log.ts', '../wire/flow.ts'],
  ['src/lib/config/load.ts', '../../probe/native.ts'],
  ['src/web/main.ts', '../lib/errors.ts'],
  ['src/web/ui/table.ts', '../../wire/flow.ts'],
] as const;

const allowed = [
  ['src/probe/rows.ts', '../wire/flow.ts'],
  ['src/agent/main.ts', '../query/map.ts'],
  ['src/query/map.ts', '../map/types.ts'],
  ['src/cli/check.ts', '../probe/check.ts'],
  ['src/cli/replay.ts', '../probe/replay/replay.ts'],
  ['src/map/graph.ts', './types.ts'],
  ['src/map/figures.ts', '../lib/dns/latency-sketch.ts'],
  ['src/web/ui/map.ts', '../../map/types.ts'],
] as const;

let folder: string;
/** How often the linter refused an import, by file. */
let found: Map<string, number>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sysprobe-imports-'));
  for (const name of ['biome.json', '.gitignore']) copyFileSync(join(packageRoot, name), join(folder, name));
  for (const [path, imported] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const forms = [
      `export * from '${imported}'`,
      `import type { X } from '${imported}'`,
      `import('${imported}')`,
    ];
    writeFileSync(join(folder, path), `${forms.join(';\n')};\n`);
  }
  found = refusals();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function refusals(): Map<string, number> {
  const biome = join(packageRoot, 'node_modules/.bin/biome');
  const args = ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=json', '.'];
  const { stdout } = spawnSync(biome, args, { cwd: folder, encoding: 'utf8' });
  const counts = new Map<string, number>();
  for (const { location } of JSON.parse(stdout).diagnostics as { location: { path: string } }[]) {
    counts.set(location.path, (counts.get(location.path) ?? 0) + 1);
  }
  return counts;
}

describe('a folder of src may not import what lies behind it, in any form', () => {
  it.each(refused)('%s from %s', (path) => {
    expect(found.get(path)).toBe(3);
  });
});

describe('a folder of src may import what lies before it', () => {
  it.each(allowed)('%s from %s', (path) => {
    expect(found.get(path)).toBeUndefined();
  });
});
