import type { Point } from './geometry.ts';

export interface LabelBox {
  /** Centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that wants a label, with the points where it may go, the best first. */
export interface LabelWish {
  readonly id: string;
  readonly candidates: readonly Point[];
  readonly width: number;
  readonly height: number;
}

/** Gives each wish, in order, its first place that is free of `taken` and of the labels before; some get none. */
export function placeLabels(wishes: readonly LabelWish[], taken: readonly LabelBox[]): Map<string, Point> {
  const boxes = [...taken];
  const places = new Map<string, Point>();
  for (const { id, candidates, width, height } of wishes) {
    const free = candidates.find((point) => !boxes.some((box) => overlap(box, { ...point, width, height })));
    if (free === undefined) continue;
    boxes.push({ ...free, width, height });
    places.set(id, free);
  }
  return places;
}

function overlap(a: LabelBox, b: LabelBox): boolean {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
}
