import type { Point } from './geometry.ts';

export interface LabelBox {
  /** Centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line with the points where its label may go, the best first. */
export interface LabelWish {
  readonly id: string;
  readonly candidates: readonly Point[];
  readonly width: number;
}

const LABEL_HEIGHT = 13;

/** Gives each line, in order, its first place that is free of `taken` and of the labels before; some get none. */
export function placeLabels(wishes: readonly LabelWish[], taken: readonly LabelBox[]): Map<string, Point> {
  const boxes = [...taken];
  const places = new Map<string, Point>();
  for (const { id, candidates, width } of wishes) {
    const free = candidates.find((point) => {
      const box = { ...point, width, height: LABEL_HEIGHT };
      return !boxes.some((other) => overlap(box, other));
    });
    if (free === undefined) continue;
    boxes.push({ ...free, width, height: LABEL_HEIGHT });
    places.set(id, free);
  }
  return places;
}

function overlap(a: LabelBox, b: LabelBox): boolean {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
}
