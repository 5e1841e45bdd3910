import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Polls until the expectation holds. */
export const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });
export const nodeOf = (page: Page, name: string) => page.locator(`.map [data-node$="/${name}"]`);
export const rows = (page: Page) => page.locator('tbody tr');
export const column = (page: Page, id: string) => page.locator(`tbody td.${id}`).allTextContents();
export const drawn = (page: Page) => page.locator('.map [data-node]').count();

/** Waits until the layout has placed the shop and the table has its rows. */
export async function settled(page: Page): Promise<void> {
  await soon(() => drawn(page)).toBe(16);
  await soon(() => rows(page).count()).toBeGreaterThan(20);
}

interface Line {
  getTotalLength(): number;
  getPointAtLength(length: number): { matrixTransform(matrix: unknown): { x: number; y: number } };
  getScreenCTM(): unknown;
}

/** Clicks on an edge's line, wherever it is on the screen. */
export async function clickEdge(page: Page, match: string): Promise<void> {
  const at = await page.locator(`[data-edge*="${match}"] .edge-line`).evaluate((element: unknown) => {
    const line = element as Line;
    const { x, y } = line.getPointAtLength(line.getTotalLength() * 0.7).matrixTransform(line.getScreenCTM());
    return { x, y };
  });
  await page.mouse.click(at.x, at.y);
}
