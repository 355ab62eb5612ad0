// Makes the pictures of docs/pictures with the built program: `node scripts/pictures.mjs [readme] [screens] [sign]`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { host50k } from '../bench/zones.mjs';
import { drawScreen } from './pictures/draw-screen.mjs';
import { configure, DAY, liveOn, output, PRESENT, root, withHome } from './pictures/operator.mjs';
import { photograph } from './pictures/pages.mjs';
import { record, screenOf } from './pictures/terminal.mjs';

const directory = path.join(root, 'docs/pictures');
const PLAIN = { NO_COLOR: '1' };

/** Records commands, and draws the screen at their end, or when the terminal had got the data up to `moment`. */
async function terminal(name, title, session, moment = (data) => data.length) {
  const data = record(session);
  save(
    name,
    drawScreen(await screenOf(data.slice(0, moment(data)), session.columns), session.columns, title),
  );
}

function save(name, text) {
  writeFileSync(path.join(directory, name), text);
  console.log(`docs/pictures/${name}`);
}

/** What the README shows. */
const readme = () =>
  withHome((home) => {
    configure(home, ['zones:', '  example.com: { file: example.com.zone }']);
    return terminal('terminal.svg', 'A terminal session with zonewright', {
      home,
      columns: 124,
      variables: { ZONEWRIGHT_NOW: String(PRESENT - 2 * DAY) },
      commands: [
        'zonewright keygen example.com',
        'zonewright sign example.com.zone',
        'zonewright ds example.com',
        'zonewright verify example.com.zone.signed',
        'zonewright rotate --all --sign',
        { says: '# two days later', now: PRESENT },
        "zonewright rotate example.com --ds-published $(zonewright ds example.com | cut -d' ' -f4)",
        'zonewright status example.com',
      ],
    });
  });

/** Both widths, with and without colour. */
const LOOKS = [80, 160].flatMap((columns) => [
  { columns, name: `${columns}`, variables: {} },
  { columns, name: `${columns}-plain`, variables: PLAIN },
]);

const SCREENS = {
  status: ['zonewright status example.com'],
  zones: ['zonewright status'],
  plan: ['zonewright rotate example.com --plan --until 120d'],
};

const screens = () =>
  withHome(async (home) => {
    const present = liveOn(home);
    for (const [screen, commands] of Object.entries(SCREENS))
      for (const { columns, name, variables } of LOOKS)
        await terminal(`${screen}-${name}.svg`, `${commands[0]} in ${columns} columns`, {
          home,
          columns,
          commands,
          variables: { ...present, ...variables },
        });
    const ds = path.join(home, 'ds');
    writeFileSync(ds, output(home, present, 'ds', 'example.com'));
    save(
      'chain.svg',
      output(home, present, 'verify', 'example.com.zone.signed', '--ds', ds, '--state', '--graph', 'svg'),
    );
    const pages = {
      'status-page': ['status', '--format', 'html'],
      'plan-page': ['rotate', 'example.com', '--plan', '--until', '120d', '--format', 'html'],
    };
    const files = Object.entries(pages).map(([name, args]) => {
      const file = path.join(home, `${name}.html`);
      writeFileSync(file, output(home, present, ...args));
      return [name, file];
    });
    await photograph(Object.fromEntries(files), directory);
  });

/** A zone of 50,000 hosts: what is on the screen at work, and at the end. Without colour there is no progress. */
const sign = () =>
  withHome(async (home) => {
    const zone = host50k.origin.replace(/\.$/, '');
    const mail = [0, 1, 2, 3, 4, 5, 6].map((index) => `mail${index} IN A 192.0.2.${index + 10}\n`);
    writeFileSync(path.join(home, `${zone}.zone`), host50k.text() + mail.join(''));
    const commands = [`zonewright sign ${zone}.zone --full`];
    output(home, {}, 'keygen', zone);
    for (const { columns, name, variables } of LOOKS) {
      const session = { home, columns, commands, variables };
      const title = `${commands[0]} in ${columns} columns`;
      await terminal(`sign-${name}.svg`, title, session);
      if (variables !== PLAIN)
        await terminal(`sign-progress-${name}.svg`, `${title}, at work`, session, atWork);
    }
  });

/** Where the progress display shows that the most is done. */
function atWork(data) {
  const frames = [...data.matchAll(/signing [\d,]+ of [\d,]+ \([\d,]+ a second\)/g)];
  const { index, 0: text } = frames[Math.floor(frames.length * 0.7)];
  return index + text.length;
}

const PARTS = { readme, screens, sign };

mkdirSync(directory, { recursive: true });
const asked = process.argv.slice(2);
for (const [name, draw] of Object.entries(PARTS))
  if (asked.length === 0 || asked.includes(name)) await draw();
