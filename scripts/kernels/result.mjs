/**
 * What makes a guest fail, in words; empty when it passed.
 *
 * @param {{ ending: import('./boot.mjs').Ending, report?: import('../../test/kernels/report.ts').GuestReport }} result
 * @returns {string[]}
 */
export function failuresOf({ ending, report }) {
  const failures = [];
  if (ending.how !== 'off') failures.push(`${ending.how}: ${ending.detail}`);
  if (!report) return [...failures, 'the test program left no report'];
  if (report.error) failures.push(report.error);
  for (const { name, status, required, detail } of report.checks) {
    if (required && status !== 'ok') failures.push(`${name}: ${detail}`);
  }
  for (const { name, error, errorCode } of report.programs) {
    if (error && errorCode !== 'EPERM') failures.push(`program ${name}: ${error}`);
  }
  for (const group of report.groups) failures.push(...groupFailures(group));
  return failures;
}

function groupFailures({ name: group, error, cases, loss }) {
  return [
    ...(error ? [`${group}: ${error}`] : []),
    ...cases.flatMap(({ name, differences }) => differences.map((text) => `${group}, ${name}: ${text}`)),
    ...Object.entries(loss)
      .filter(([, count]) => count > 0)
      .map(([counter, count]) => `${group}: loss counter ${counter}: ${count}`),
  ];
}

/**
 * How much was compared, over all groups.
 *
 * @param {import('../../test/kernels/report.ts').GuestReport} report
 */
export function totalsOf({ groups }) {
  const cases = groups.flatMap((group) => group.cases);
  return {
    cases: cases.length,
    exact: cases.filter(({ differences }) => differences.length === 0).length,
    lost: groups.reduce(
      (sum, { loss }) => sum + Object.values(loss).reduce((total, count) => total + count, 0),
      0,
    ),
  };
}
