// Run by the Containerfile: adds to the package's list of what it is made of what the image has beside it.
//   node image-sbom.mjs FOLDER       the root of the image's files
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { component, withComponents } from './sbom.mjs';

/** Of the libraries of the binaries; their copyright files have the texts. */
const licenceOf = {
  libc6: 'LGPL-2.1-or-later',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

const root = process.argv[2];
const path = join(root, 'opt/sysprobe/sbom.spdx.json');
const document = JSON.parse(readFileSync(path, 'utf8'));
const records = join(root, 'var/lib/dpkg/status.d');
const libraries = readdirSync(records)
  .sort()
  .map((name) => library(readFileSync(join(records, name), 'utf8')));
const whole = withComponents(document, 'DEPENDS_ON', [node(), ...libraries]);
writeFileSync(path, `${JSON.stringify(whole, null, 2)}\n`);

function node() {
  const version = process.version.slice(1);
  return component({ name: 'node', version, license: 'MIT', purl: `pkg:generic/node@${version}` });
}

function library(record) {
  const field = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)[1];
  const [name, version] = [field('Package'), field('Version')];
  const purl = `pkg:deb/debian/${name.replaceAll('+', '%2B')}@${version}?arch=${field('Architecture')}`;
  return component({ name, version, license: licenceOf[name], purl });
}
