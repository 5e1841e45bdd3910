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
  for (const { name, differences } of report.cases) {
    for (const difference of differences) failures.push(`${name}: ${difference}`);
  }
  for (const [name, count] of Object.entries(report.loss)) {
    if (count > 0) failures.push(`loss counter ${name}: ${count}`);
  }
  return failures;
}
