// What the package is made of, as SPDX 2.3: the packages inside the bundles, and the libraries inside the addon.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `notices` is what the build wrote of the bundles, `licences` the folder of the static libraries, `carried` the manifests of
 * packages that lie beside the bundles.
 */
export function sbom(manifest, { notices, licences, carried }) {
  const { name, version } = manifest;
  const own = npmComponent(manifest);
  const parts = [...bundled(notices), ...carried.map(npmComponent), ...linked(licences)];
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${name}-${version}`,
    documentNamespace: '',
    creationInfo: { created: '1970-01-01T00:00:00Z', creators: [`Tool: ${name}-package`] },
    packages: [own],
    relationships: [relationship('SPDXRef-DOCUMENT', 'DESCRIBES', own.SPDXID)],
  };
  return withComponents(document, 'CONTAINS', parts);
}

/** The document with more components, which its first package contains or depends on. */
export function withComponents(document, relationshipType, components) {
  const packages = [...document.packages, ...components];
  const added = components.map(({ SPDXID }) => relationship(packages[0].SPDXID, relationshipType, SPDXID));
  const relationships = [...document.relationships, ...added];
  const digest = createHash('sha256')
    .update(JSON.stringify([packages, relationships]))
    .digest('hex');
  const documentNamespace = `https://spdx.org/spdxdocs/${document.name}-${digest}`;
  return { ...document, documentNamespace, packages, relationships };
}

/** Each begins with a line `NAME VERSION (LICENCE)`. */
function bundled(notices) {
  return readFileSync(notices, 'utf8')
    .split(/^-{78}$/m)
    .flatMap((notice) => {
      const [, name, version, license] = /^(\S+) (\S+) \((.+)\)$/m.exec(notice.trim()) ?? [];
      if (name === undefined) return [];
      return npmComponent({ name, version, license });
    });
}

function npmComponent({ name, version, license }) {
  return component({ name, version, license, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` });
}

const licenceOf = {
  elfutils: 'GPL-2.0-or-later OR LGPL-3.0-or-later',
  libbpf: 'LGPL-2.1-only OR BSD-2-Clause',
  zlib: 'Zlib',
};

function linked(licences) {
  return readdirSync(licences)
    .sort()
    .map((name) => {
      const [, version] =
        /-(\d+(?:\.\d+)*)/.exec(readFileSync(join(licences, name, 'version'), 'utf8')) ?? [];
      return component({
        name,
        version,
        license: licenceOf[name],
        purl: `pkg:deb/debian/${name}@${version}?arch=source`,
      });
    });
}

export function component({ name, version, license, purl }) {
  return {
    SPDXID: `SPDXRef-Package-${`${name}-${version}`.replace(/[^\w.-]/g, '-')}`,
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: license,
    copyrightText: 'NOASSERTION',
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}

function relationship(spdxElementId, relationshipType, relatedSpdxElement) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
