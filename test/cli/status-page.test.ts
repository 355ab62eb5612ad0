import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type * as Playwright from 'playwright-core';
import { describeWithPeers, peer } from '../support/peers.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { Operation } from './operation.ts';

const require = createRequire(import.meta.url);

/** Pages of the golden files, which are what is printed, and a plan. */
const PAGES = ['waiting', 'troubled', 'plan'] as const;

/** The plan of a zone in a rollover of its KSK. */
async function planPage(): Promise<string> {
  const home = process.cwd();
  const operation = await Operation.enabled('checkParent: false');
  try {
    return await operation.rotate('--plan', '--start', 'ksk', '--format', 'html');
  } finally {
    process.chdir(home);
  }
}

const SCREENS = [
  { title: 'a phone in light', width: 390, height: 844, look: { colorScheme: 'light' } },
  { title: 'a desk in dark', width: 1280, height: 800, look: { colorScheme: 'dark' } },
  {
    title: 'a narrow phone in the colours that its user wants',
    width: 320,
    height: 568,
    look: { forcedColors: 'active' },
  },
] as const;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describeWithPeers(['chromium'], 'the pages of status and of a plan in a browser', () => {
  let browser: Playwright.Browser;
  let directory = '';

  beforeAll(async () => {
    directory = temporaryDirectory();
    for (const name of ['waiting', 'troubled'])
      cpSync(
        new URL(`../../fixtures/status/${name}-page.html`, import.meta.url),
        path.join(directory, `${name}.html`),
      );
    writeFileSync(path.join(directory, 'plan.html'), await planPage());
    const { chromium } = require('playwright-core') as typeof Playwright;
    browser = await chromium.launch({
      executablePath: peer('chromium')!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => browser.close());

  describe.each(SCREENS)('on $title', ({ width, height, look }) => {
    test.each(PAGES)('%s: axe finds nothing, nothing is cut, no script is needed', async (name) => {
      const file = path.join(directory, `${name}.html`);
      const html = readFileSync(file, 'utf8');
      expect(html).not.toMatch(/<script|<link|\ssrc=|href=\"(?!#)|url\((?!#)|@import/i);
      // Nothing moves: there is nothing to reduce for those who want less of that.
      expect(html).not.toMatch(/animat|transition|scroll-behavior/i);
      const page = await browser.newPage({ viewport: { width, height }, ...look });
      try {
        await page.goto(pathToFileURL(file).href);
        // Details that are closed would not be looked at.
        await page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))");
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(overflow).toBeLessThanOrEqual(0);
        await page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
        const { violations } = await page.evaluate<AxeResult>('axe.run()');
        expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
      } finally {
        await page.close();
      }
    });
  });

  test.each([320, 390])(
    'what is to be copied is copied as it is, and no line of it ends within an option: %d pixels',
    async (width) => {
      const page = await browser.newPage({ viewport: { width, height: 844 } });
      try {
        await page.goto(pathToFileURL(path.join(directory, 'waiting.html')).href);
        const copied = await page.evaluate<readonly (readonly [string, string])[]>(
          `[...document.querySelectorAll('pre')].map((part) => {
            getSelection().selectAllChildren(part);
            return [getSelection().toString(), part.textContent];
          })`,
        );
        expect(copied.map(([text]) => text)).toContainEqual(expect.stringMatching(/ --ds-published \d+$/));
        for (const [text, content] of copied) expect(text).toBe(content);
        // A line's height is 1.4 times 14 pixels.
        const options = await page.evaluate<readonly number[]>(
          "[...document.querySelectorAll('pre span')].filter((word) => word.textContent.startsWith('--')).map((word) => word.offsetHeight)",
        );
        expect(options.length).toBeGreaterThan(0);
        expect(Math.max(...options)).toBeLessThan(2 * 1.4 * 14);
      } finally {
        await page.close();
      }
    },
  );

  test('is used with the keyboard: the first stop skips to the zones, and all that scrolls can be reached', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    try {
      const file = new URL('../../fixtures/status/waiting-page.html', import.meta.url);
      await page.goto(file.href);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('#zones');
      const unreachable = await page.evaluate(
        "[...document.querySelectorAll('*')].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0).length",
      );
      expect(unreachable).toBe(0);
    } finally {
      await page.close();
    }
  });
});
