import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { OPENDNSSEC_PEERS } from '../support/open-dnssec.ts';
import { describeWithPeers, runPeer } from '../support/peers.ts';
import { ShellWorkspace } from '../support/shell-workspace.ts';
import { temporaryDirectory } from '../support/workspace.ts';
import { OpenDnssecWorkspace } from './open-dnssec-workspace.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

const PAGES_OF_DOCS = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));

/** Pages whose commands are run here, and the peers that they need. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'README.md': [],
  'docs/nightly.md': [],
  'docs/moving.md': ['dnssec-keygen', 'dnssec-signzone', ...OPENDNSSEC_PEERS],
  'docs/offline-ksk.md': [],
  'docs/status.md': [],
};

/** Pages with tests of their own, or about the repository. */
const ELSEWHERE = ['docs/rotation.md', 'docs/performance.md', 'docs/registrars.md', 'docs/hsm.md'];

/** A block of a page: shell commands, or what a comment says of those that follow. */
type Block =
  | { readonly kind: 'workspace'; readonly what: string }
  | { readonly kind: 'clock'; readonly shift: string }
  | { readonly kind: 'commands'; readonly text: string };

function blocksOf(page: string): Block[] {
  const pattern = /^<!-- workspace (\S+) -->$|^<!-- clock \+(\d+)d -->$|^```sh\n([^]*?)^```$/gm;
  return [...read(page).matchAll(pattern)].map(([, what, shift, text]): Block => {
    if (what !== undefined) return { kind: 'workspace', what };
    if (shift !== undefined) return { kind: 'clock', shift };
    return { kind: 'commands', text: text! };
  });
}

const DAY = 86400;

/** Somebody who follows a page to the letter. Its clock stands still where the page moves it, so that waits can be shown. */
class Reader {
  #shell: ShellWorkspace | undefined;
  #now: number;
  readonly #movesClock: boolean;
  /** The tag that the program named last, in a DS record or behind `--ds-published` and the like. */
  #tag = '12345';
  #openDnssec: OpenDnssecWorkspace | undefined;

  constructor(blocks: readonly Block[]) {
    this.#movesClock = blocks.some(({ kind }) => kind === 'clock');
    this.#now = Math.floor(Date.now() / 1000);
  }

  async follow(block: Block): Promise<void> {
    if (block.kind === 'workspace') await this.#enter(block.what);
    else if (block.kind === 'clock') this.#now += Number(block.shift) * DAY;
    // Before the first workspace, the page is about the repository.
    else if (this.#shell !== undefined) {
      for (const command of commandsOf(block.text)) await this.#run(command, this.#shell);
    }
  }

  /** Ends what a workspace has started. */
  async leave(): Promise<void> {
    await this.#openDnssec?.leave();
  }

  async #enter(what: string): Promise<void> {
    if (what === 'opendnssec') this.#openDnssec = await OpenDnssecWorkspace.enter();
    this.#shell = this.#openDnssec?.shell ?? new ShellWorkspace(temporaryDirectory());
    cpSync(
      path.join(root, 'fixtures/demo/example.com.zone'),
      path.join(this.#shell.work, 'example.com.zone'),
    );
    if (what === 'configured' || what === 'signed') {
      const text = 'zones:\n  example.com: { file: example.com.zone }\n';
      writeFileSync(path.join(this.#shell.work, '.zonewrightrc.yaml'), text);
    }
    if (what === 'signed') await this.#run('zonewright rotate --all --sign', this.#shell);
    await this.#openDnssec?.signZone();
  }

  async #run(command: string, shell: ShellWorkspace): Promise<void> {
    const clock = this.#movesClock ? `export ZONEWRIGHT_NOW=${this.#now}\n` : '';
    // A safe is somewhere under the working directory.
    const known = command
      .replaceAll('+12345', `+${this.#tag.padStart(5, '0')}`)
      .replaceAll('12345', this.#tag)
      .replaceAll('/media/', './media/');
    const typed = (await this.#openDnssec?.asTyped(known)) ?? known;
    const { status, stdout, stderr } = await shell.run(clock + typed);
    if (status !== 0) throw new Error(`${typed}: exit status ${status}\n${stdout}${stderr}`);
    // A page that shows what the parent has to do shows something.
    if (/ds \S+ --(?:add|remove)/.test(command)) expect({ typed, stdout }).not.toMatchObject({ stdout: '' });
    this.#tag = /(?:--ds-(?:published|withdrawn)|IN DS|new: KSK) (\d+)/.exec(stdout)?.[1] ?? this.#tag;
  }
}

/** The commands of a block: lines, but a here document goes with the line that has it. */
function commandsOf(text: string): string[] {
  return text.match(/^.*<<'END'[^]*?^END$|^.+$/gm) ?? [];
}

describe.each(Object.entries(PAGES))('the commands shown in %s', (page, peers) => {
  describeWithPeers(peers, 'for a reader who types them', () => {
    test('work in order', async () => {
      const blocks = blocksOf(page);
      expect(blocks.filter(({ kind }) => kind === 'commands').length).toBeGreaterThan(1);
      const reader = new Reader(blocks);
      try {
        for (const block of blocks) await reader.follow(block);
      } finally {
        await reader.leave();
      }
    }, 600_000);
  });
});

describeWithPeers(['shellcheck'], 'shellcheck', () => {
  test('finds nothing in the scripts that pages show', async () => {
    for (const page of PAGES_OF_DOCS) {
      for (const [, script] of read(page).matchAll(/^```sh\n(#![^]*?)^```$/gm)) {
        const { stdout } = await runPeer('shellcheck', ['-'], { stdin: script! });
        expect({ page, stdout }).toEqual({ page, stdout: '' });
      }
    }
  });
});

test('no page shows commands that nobody runs', () => {
  const withCommands = PAGES_OF_DOCS.filter((page) => /^```sh\n(?!#!)/m.test(read(page)));
  expect(withCommands.filter((page) => !(page in PAGES) && !ELSEWHERE.includes(page))).toEqual([]);
});

test.each(PAGES_OF_DOCS)('the links of %s lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link!);
  const broken = links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)));
  expect(broken).toEqual([]);
});
