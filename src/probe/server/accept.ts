import { SysprobeError } from '../../lib/errors.ts';

/**
 * The media type of `offers` that an Accept header likes best, the earlier one when it has no preference.
 * Throws SP_NOT_ACCEPTABLE when it takes none of them.
 */
export function accepted<T extends string>(header = '*/*', offers: readonly T[]): T {
  const ranges = header.split(',').map(parseRange);
  let best: { offer: T; quality: number } | undefined;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  if (best) return best.offer;
  throw new SysprobeError('SP_NOT_ACCEPTABLE', `the answer can be had as ${offers.join(', ')}`, {
    allowed: offers,
  });
}

interface Range {
  type: string;
  quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range decides (RFC 9110 section 12.5.1). */
function qualityOf(offer: string, ranges: readonly Range[]): number {
  const [group] = offer.split('/');
  for (const type of [offer, `${group}/*`, '*/*']) {
    const found = ranges.filter((range) => range.type === type);
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}
