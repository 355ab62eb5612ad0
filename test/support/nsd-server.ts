import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, isListening } from './loopback.ts';
import { peer, runPeer } from './peers.ts';
import { temporaryDirectory } from './workspace.ts';

/** An nsd on loopback that serves zones on a port of its own. */
export interface NsdServer {
  readonly port: number;
  /** `127.0.0.1:PORT`, as `--server` takes it. */
  readonly address: string;
  /** Serves another text of a zone from now on. For a moment it serves nothing. */
  update(zone: string, text: string): Promise<void>;
  /** Serves another text of a zone soon, without a pause. */
  reload(zone: string, text: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts nsd, and waits until it answers. @param zones the text of each zone by its name */
export async function nsdServer(zones: Readonly<Record<string, string>>): Promise<NsdServer> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const file = (zone: string): string => path.join(directory, zone === '.' ? 'root' : zone);
  mkdirSync(directory, { recursive: true });
  for (const [zone, text] of Object.entries(zones)) writeFileSync(file(zone), text);
  const configuration = path.join(directory, 'nsd.conf');
  writeFileSync(
    configuration,
    [
      'server:',
      `  ip-address: 127.0.0.1@${port}`,
      '  do-ip6: no',
      '  server-count: 1',
      '  username: ""',
      '  chroot: ""',
      '  database: ""',
      `  zonesdir: "${directory}"`,
      `  pidfile: "${path.join(directory, 'nsd.pid')}"`,
      `  xfrdfile: "${path.join(directory, 'xfrd.state')}"`,
      `  zonelistfile: "${path.join(directory, 'zone.list')}"`,
      `  xfrdir: "${directory}"`,
      'remote-control:',
      '  control-enable: yes',
      `  control-interface: "${path.join(directory, 'control')}"`,
      ...Object.keys(zones).flatMap((zone) => ['zone:', `  name: "${zone}"`, `  zonefile: "${file(zone)}"`]),
      '',
    ].join('\n'),
  );
  let child = await started(configuration, port);
  return {
    port,
    address: `127.0.0.1:${port}`,
    async update(zone, text) {
      writeFileSync(file(zone), text);
      // A reload takes nsd a second to notice; a new process has the zone at once.
      await stopped(child);
      child = await started(configuration, port);
    },
    async reload(zone, text) {
      writeFileSync(`${file(zone)}.new`, text);
      renameSync(`${file(zone)}.new`, file(zone));
      const { status, stderr } = await runPeer('nsd-control', ['-c', configuration, 'reload', zone]);
      if (status !== 0) throw new Error(`nsd-control reload ${zone}: ${stderr}`);
    },
    stop: () => stopped(child),
  };
}

async function started(configuration: string, port: number): Promise<ChildProcess> {
  const program = peer('nsd');
  if (program === undefined) throw new Error('nsd is not installed: run scripts/install-peers.sh');
  const child = spawn(program, ['-d', '-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) break;
    if (await isListening(port)) return child;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill('SIGKILL');
  throw new Error(`nsd does not answer: ${errors}`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
