import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, isListening } from './loopback.ts';
import { peer, runPeer } from './peers.ts';
import { temporaryDirectory } from './workspace.ts';

/** A validating unbound on loopback. */
export interface UnboundServer {
  readonly port: number;
  /** Forgets what it holds of a zone and below: records, answers and validated keys. */
  flush(zone: string): Promise<void>;
  /** The lines of its log that say why it could not answer. */
  failures(): string[];
  stop(): Promise<void>;
}

export interface UnboundOptions {
  /** A file with the DNSKEY or DS that it trusts. */
  readonly trustAnchor: string;
  /** The ports on loopback of the servers of each zone. Nothing else is asked. */
  readonly zones: ReadonlyMap<string, readonly number[]>;
}

/** Starts unbound, and waits until it answers. */
export async function unboundServer({ trustAnchor, zones }: UnboundOptions): Promise<UnboundServer> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const configuration = path.join(directory, 'unbound.conf');
  const logFile = path.join(directory, 'log');
  writeFileSync(
    configuration,
    [
      'server:',
      '  interface: 127.0.0.1',
      `  port: ${port}`,
      '  do-ip6: no',
      '  do-daemonize: no',
      '  do-not-query-localhost: no',
      '  num-threads: 1',
      '  username: ""',
      '  chroot: ""',
      '  pidfile: ""',
      `  directory: "${directory}"`,
      '  use-syslog: no',
      `  logfile: "${logFile}"`,
      '  log-servfail: yes',
      '  val-log-level: 2',
      '  ede: yes',
      '  module-config: "validator iterator"',
      '  trust-anchor-signaling: no',
      `  trust-anchor-file: "${trustAnchor}"`,
      // As strict as it gets. A failed validation is final: no other server is asked in the hope of another version.
      '  harden-algo-downgrade: yes',
      '  harden-below-nxdomain: yes',
      '  harden-dnssec-stripped: yes',
      '  harden-glue: yes',
      '  val-clean-additional: yes',
      '  val-max-restart: 0',
      '  val-permissive-mode: no',
      '  aggressive-nsec: yes',
      '  serve-expired: no',
      // A loaded machine is slow, which is nothing that DNSSEC could help.
      '  unknown-server-time-limit: 3000',
      '  outbound-msg-retry: 12',
      '  infra-keep-probing: yes',
      '  target-fetch-policy: "0 0 0 0 0"',
      'remote-control:',
      '  control-enable: yes',
      `  control-interface: "${path.join(directory, 'control')}"`,
      '  control-use-cert: no',
      ...Array.from(zones, ([zone, ports]) => [
        'stub-zone:',
        `  name: "${zone}"`,
        ...ports.map((server) => `  stub-addr: 127.0.0.1@${server}`),
      ]).flat(),
      '',
    ].join('\n'),
  );
  const program = peer('unbound');
  if (program === undefined) throw new Error('unbound is not installed: run scripts/install-peers.sh');
  const child = spawn(program, ['-d', '-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  for (let attempt = 0; !(await isListening(port)); attempt++) {
    if (child.exitCode !== null || attempt === 400) {
      child.kill('SIGKILL');
      throw new Error(`unbound does not answer: ${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    port,
    async flush(zone) {
      const { status, stdout, stderr } = await runPeer('unbound-control', [
        '-c',
        configuration,
        'flush_zone',
        zone,
      ]);
      if (status !== 0) throw new Error(`unbound-control flush_zone ${zone}: ${stdout}${stderr}`);
    },
    failures: () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter((line) => /SERVFAIL|validation failure/.test(line)),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
