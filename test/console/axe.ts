// What axe finds wrong with a page that is open in Chromium.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A line for each rule that is broken, with two places at most. All rules run, that on the size of targets too, which WCAG 2.2 brought and axe leaves out; what passes is not described, which saves a quarter of the time. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Beside the page's own scripts, whose policy would refuse it.
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'], selectors: false, rules: { 'target-size': { enabled: true } } }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 2).map(({ html }) => html.slice(0, 160)).join(' | ')))`,
  );
}
