import type { MapSaturation } from '../../map/types.ts';
import type { ContainerRecord } from '../../wire/container.ts';

/** What the map shows of a container's use; undefined when it does not run or was not sampled yet. */
export function saturationOf({ state, cpu, memory, pressure }: ContainerRecord): MapSaturation | undefined {
  if (state === 'exited' || (cpu?.millicores === undefined && memory === undefined)) return undefined;
  const { millicores, limitMillicores, throttledUs } = cpu ?? {};
  const { usageBytes, workingSetBytes = usageBytes, limitBytes, oomKills } = memory ?? {};
  const { cpuPermille, memoryPermille, ioPermille } = pressure ?? {};
  const waits = { cpuPermille, memoryPermille, ioPermille };
  const known = Object.entries(waits).filter(([, value]) => value !== undefined);
  return {
    containers: 1,
    ...(millicores !== undefined && {
      cpu: {
        millicores,
        ...(limitMillicores !== undefined && { limitMillicores }),
        ...(throttledUs !== undefined && { throttledUs }),
      },
    }),
    ...(workingSetBytes !== undefined && {
      memory: {
        workingSetBytes,
        ...(limitBytes !== undefined && { limitBytes }),
        ...(oomKills !== undefined && { oomKills }),
      },
    }),
    ...(known.length > 0 && { pressure: Object.fromEntries(known) }),
  };
}
