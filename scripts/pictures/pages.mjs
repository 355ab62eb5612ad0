// Pages as a browser shows them, on a desk and on a phone, in light and in dark.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** Pixels after which a picture ends. */
const HEIGHT = 1500;

const SCREENS = [
  { name: 'desk', width: 1280, height: 800 },
  { name: 'phone', width: 390, height: 844 },
];

/** @param pages files by the names of their pictures */
export async function photograph(pages, directory) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    existsSync,
  );
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    for (const [name, file] of Object.entries(pages))
      for (const { name: screen, ...viewport } of SCREENS)
        for (const colorScheme of ['light', 'dark']) {
          const page = await browser.newPage({ viewport, colorScheme });
          await page.goto(pathToFileURL(file).href);
          const all = await page.evaluate('document.documentElement.scrollHeight');
          await page.screenshot({
            path: path.join(directory, `${name}-${screen}-${colorScheme}.png`),
            clip: { x: 0, y: 0, width: viewport.width, height: Math.min(all, HEIGHT) },
            fullPage: true,
          });
          await page.close();
        }
  } finally {
    await browser.close();
  }
}
