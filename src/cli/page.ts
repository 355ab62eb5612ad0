import { LEGEND_SIGNS, TIMELINE_PATTERNS, TIMELINE_STYLE } from './timeline-svg.ts';
import { escapeXml } from './verify-xml.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --line: #cbd2d9; --paper: #ffffff; --card: #f5f7fa; --ok: #1b6e3c; --warning: #8a4b00; --critical: #a61b1b; --unknown: #5b4a9c; --link: #1d5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --soft: #aab4be; --line: #3e4c59; --paper: #14191f; --card: #1c232b; --ok: #5fc58a; --warning: #f0b35e; --critical: #ff8f8f; --unknown: #b8a8f5; --link: #74b2f2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem; }
.soft { color: var(--soft); }
.whole { white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
nav { margin: 1rem 0; }
.zone { border: 1px solid var(--line); border-left-width: 6px; border-radius: 6px; padding: 1rem; margin: 1rem 0; background: var(--card); }
.zone.ok { border-left-color: var(--ok); } .zone.warning { border-left-color: var(--warning); } .zone.critical { border-left-color: var(--critical); } .zone.unknown { border-left-color: var(--unknown); }
.health { font-weight: bold; white-space: nowrap; }
.health.ok { color: var(--ok); } .health.warning { color: var(--warning); } .health.critical { color: var(--critical); } .health.unknown { color: var(--unknown); }
.scroll { --back: var(--paper); position: relative; overflow-x: auto; background: linear-gradient(to left, var(--back) 40%, transparent) right / 3rem 100% no-repeat local, linear-gradient(to left, var(--line), transparent) right / 1.25rem 100% no-repeat; }
.zone .scroll { --back: var(--card); }
pre { margin: 0.25rem 0; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 4px; background: var(--paper); font: 14px/1.4 ui-monospace, monospace; white-space: pre-wrap; }
pre span { display: inline-block; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); }
th, td.narrow { white-space: nowrap; }
td.date { min-width: 6.5rem; }
td.wide { min-width: 11rem; }
.zone .timeline, figure .timeline { overflow: visible; }
.zone .timeline { --back: var(--card); }
summary { cursor: pointer; padding: 0.25rem 0; font-weight: bold; }
ul, ol { margin: 0.25rem 0; padding-left: 1.25rem; }
figure { margin: 1rem 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0 0; padding: 0; list-style: none; font-size: 0.85rem; }
.legend svg { vertical-align: -2px; margin-right: 0.35rem; }
.step { font-weight: bold; } .step.todo { font-weight: normal; color: var(--soft); }
@media (forced-colors: active) { :root { --ink: CanvasText; --soft: CanvasText; --line: CanvasText; --paper: Canvas; --card: Canvas; --link: LinkText; } .scroll { background: none; } }
@media print { .zone { break-inside: avoid; } }
`.trim();

/** A whole page that needs nothing but itself: no script, no font, no picture from elsewhere. */
export function page(title: string, body: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeXml(title)}</title>`,
    `<style>\n${STYLE}\n${TIMELINE_STYLE}\n</style>`,
    '</head>',
    '<body>',
    // Patterns of an element that is not displayed do not paint.
    `<svg class="timeline" width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${TIMELINE_PATTERNS}</defs></svg>`,
    ...body,
    '</body>',
    '</html>\n',
  ].join('\n');
}

/** What the signs of the timelines mean. */
export function legend(): string {
  const items = LEGEND_SIGNS.map(
    ({ sign, meaning }) =>
      `<li><svg class="timeline" width="24" height="16" aria-hidden="true">${sign}</svg>${escapeXml(meaning)}</li>`,
  );
  return `<ul class="legend" aria-label="Legend">${items.join('')}</ul>`;
}

/** A table that scrolls by itself where it is too wide, with the keyboard as well; a shade at its edge says that there is more. */
export function table(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  widths: readonly ('narrow' | 'date' | 'wide')[] = [],
): string {
  const widthOf = (index: number): string => (widths[index] === undefined ? '' : ` class="${widths[index]}"`);
  const head = headings.map((text) => `<th scope="col">${escapeXml(text)}</th>`);
  const body = rows.map(
    (row) => `<tr>${row.map((cell, index) => `<td${widthOf(index)}>${prose(cell)}</td>`).join('')}</tr>`,
  );
  const name = escapeXml(label);
  return `<div class="scroll" role="group" tabindex="0" aria-label="${name}"><table><caption class="unseen">${name}</caption><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

/** A command or a form to copy, as it is: lines end between words, for browsers would break them within `--option` too. */
export function preformatted(label: string, text: string): string {
  const words = text.trimEnd().replace(/\S+/g, (word) => `<span>${escapeXml(word)}</span>`);
  return `<pre role="group" aria-label="${escapeXml(label)}">${words}</pre>`;
}

/** A sentence; no line ends within a date or between a key's role and its tag. */
export function prose(text: string): string {
  return escapeXml(text).replace(
    /\d{4}-\d\d-\d\d|\b(?:KSK|ZSK|CSK|key) \+?\d+\b/g,
    (whole) => `<span class="whole">${whole}</span>`,
  );
}
