import { deepStrictEqual } from 'node:assert';
import { attempt, denials, kernelHasAppArmor, loadProfile, operationsOf, PROFILE } from './apparmor.ts';
import { dns } from './dns.ts';
import { type CaseGroup, caseOf, casesOf } from './group.ts';
import { type ImageProbe, startImageProbe } from './image-container.ts';
import { processes } from './processes.ts';
import { shortLived } from './short-lived.ts';
import { tcp } from './tcp.ts';

let container: ImageProbe;

/** The image as the manifest runs it, under the profiles of manifests/profiles, with the cases of other groups. */
export const confined: CaseGroup = {
  name: 'The image under AppArmor',
  flags: [],
  needsImage: true,
  unavailable: (report) => (kernelHasAppArmor() ? dns.unavailable?.(report) : 'the kernel has no AppArmor'),
  prepare: loadProfile,
  lossCompared: shortLived.lossCompared ?? [],
  async start() {
    container = await startImageProbe(process.env.GUEST_IMAGE ?? '', PROFILE).catch(async (cause) => {
      throw new Error([cause.message, ...(await denials())].join('\n'), { cause });
    });
    return container;
  },
  async *run(context) {
    yield* casesOf([tcp, shortLived, dns, processes], context);
    yield await caseOf('the command of the liveness probe', 1, async () => {
      await container.exec(['sysprobe', 'status']);
      return undefined;
    });
    yield await caseOf('nothing of it was denied', 1, async () => {
      deepStrictEqual(await denials(), []);
      return undefined;
    });
    yield await caseOf('what a probe must not do is', 1, denied);
  },
};

async function denied(): Promise<string> {
  const { free, confined } = await attempt();
  const all = (outcome: string) => Object.fromEntries(Object.keys(free).map((name) => [name, outcome]));
  deepStrictEqual({ free, confined }, { free: all('done'), confined: all('refused') });
  return `denied: ${operationsOf(await denials()).join(', ')}`;
}
