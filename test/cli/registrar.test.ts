import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DnsimpleDouble } from '../support/dnsimple-double.ts';
import { DAY, HOUR, Operation } from './operation.ts';
import { schemaErrors } from './schemas.ts';

const OTHER = { keytag: '4711', algorithm: '13', digest_type: '2', digest: 'AB'.repeat(32) };
const OTHER_RDATA = `4711 13 2 ${OTHER.digest}`;

/** An operation of example.com with a registrar, as YAML in one line. */
function operationWith(registrar: string, policy = ''): Operation {
  const operation = new Operation();
  writeFileSync(
    '.zonewrightrc.yaml',
    [
      `policies: {default: {checkParent: false, ${policy}}}`,
      `zones: {example.com: {file: example.com.zone, registrar: ${registrar}}}`,
    ].join('\n'),
  );
  return operation;
}

/** The RDATA of the DS that `ds` prints, sorted. */
async function printed(operation: Operation, ...args: readonly string[]): Promise<string[]> {
  const lines = (await operation.succeed('ds', ...(args.length === 0 ? ['example.com'] : args)))
    .trim()
    .split('\n');
  return lines.map((line) => line.split(' ').slice(3).join(' ')).sort();
}

describe('the API of DNSimple', () => {
  let api: DnsimpleDouble;
  let registrar: string;

  beforeEach(async () => {
    api = new DnsimpleDouble();
    registrar = `{type: dnsimple, account: ${api.account}, tokenFile: token, url: "${await api.start()}", timeout: 1s}`;
  });

  afterEach(() => api.stop());

  function operate(policy = ''): Operation {
    const operation = operationWith(registrar, policy);
    writeFileSync('token', `${api.token}\n`);
    return operation;
  }

  /** An operation whose signed zone is in every cache: its DS may be added. */
  async function ready(): Promise<Operation> {
    const operation = operate();
    await operation.rotate('--sign');
    operation.now += 5 * HOUR;
    return operation;
  }

  test('gets a DS when it is safe, and loses the old one when that is; what others put there stays', async () => {
    const operation = operate('kskLifetime: 30d');
    api.store(OTHER);
    await operation.rotate('--sign');
    operation.now += 5 * HOUR - 1;
    await operation.rotate('--sign');
    expect(api.calls).toEqual([]);
    operation.now += 1;
    await operation.rotate('--sign');
    const first = await printed(operation);
    expect(api.rdata()).toEqual([...first, OTHER_RDATA].sort());
    expect(api.bodies).toMatchObject([{ public_key: operation.keys('ksk')[0]!.dnskey.split(' ')[3] }]);
    // It was asked for, and not seen: the rollover waits.
    expect(operation.state()).toMatchObject({ rollovers: [{ name: 'enable' }], outbox: [] });
    await operation.addDs();
    await operation.pass(24 * DAY, 8 * DAY);
    await operation.pass(2 * DAY);
    const both = await printed(operation);
    expect(both).toHaveLength(2);
    expect(api.rdata()).toEqual([...both, OTHER_RDATA].sort());
    await operation.addDs();
    const second = await printed(operation);
    expect(second).toEqual(both.filter((rdata) => rdata !== first[0]));
    expect(api.rdata()).toEqual([...second, OTHER_RDATA].sort());
    expect(api.calls.filter((call) => !call.startsWith('GET'))).toEqual([
      'POST /v2/1010/domains/example.com/ds_records',
      'POST /v2/1010/domains/example.com/ds_records',
      'DELETE /v2/1010/domains/example.com/ds_records/2',
    ]);
  });

  test('that fails is asked again by later runs, and no DS comes twice', async () => {
    const operation = await ready();
    api.troubles = [
      { status: 400 },
      { status: 200 },
      ...Array.from({ length: 1 }, () => ({ status: 'die' as const })),
    ];
    const first = await operation.run('rotate', 'example.com', '--sign');
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('answers with status 400')]);
    operation.now += DAY;
    expect((await operation.run('rotate', 'example.com')).stderr).toContain(
      'an answer that cannot be understood',
    );
    operation.now += DAY;
    expect((await operation.run('rotate', 'example.com')).stderr).toContain('cannot be asked');
    operation.now += DAY;
    // The create call is carried out, and its answer is lost.
    api.troubles = [{ status: 500 }, { status: 'die' }];
    await operation.run('rotate', 'example.com');
    for (let day = 0; day < 3; day++) {
      operation.now += DAY;
      await operation.rotate();
    }
    expect(api.rdata()).toEqual(await printed(operation));
    expect(operation.state().outbox).toEqual([]);
  });

  test('whose rate limit is used up is left for a later run', async () => {
    const operation = await ready();
    api.remaining = 0;
    api.reset = operation.now + HOUR;
    const { stderr } = await operation.run('rotate', 'example.com');
    expect(stderr).toContain('registrar dnsimple 1010 allows no more calls before 2026-11-22T18:00:00Z');
    api.remaining = 2400;
    operation.now += HOUR;
    await operation.rotate();
    expect(api.rdata()).toHaveLength(1);
  });

  test('that asks for a moment gets it', async () => {
    const operation = await ready();
    api.troubles = [{ status: 429, headers: { 'retry-after': '1' } }];
    await operation.rotate();
    expect(api.rdata()).toHaveLength(1);
  });

  test('that refuses the token is told of without it', async () => {
    const operation = await ready();
    writeFileSync('token', 'another-secret-token');
    const { status, stdout, stderr } = await operation.run('rotate', 'example.com', '--json');
    const everything = stdout + stderr + readFileSync('keys/example.com.state.json', 'utf8');
    expect([status, everything]).toEqual([
      0,
      expect.stringContaining('status 401: Authentication failed (Bearer ***)'),
    ]);
    expect(everything).not.toContain('another-secret-token');
  });

  test.each([
    ['empty', ''],
    ['of two words', 'one two'],
    ['no ASCII', 'tökén-of-mine'],
  ])('is not called with a token that is %s, which is not shown either', async (_, token) => {
    const operation = operate();
    await operation.succeed('keygen', 'example.com');
    writeFileSync('token', token);
    const { status, stderr } = await operation.run('ds', 'example.com', '--push');
    expect([status, stderr]).toEqual([2, expect.stringContaining('the file token has no secret in it')]);
    expect(stderr).not.toContain(token === '' ? 'undefined' : token);
    expect(api.calls).toEqual([]);
  });

  test('takes its token from a variable, too', async () => {
    const operation = operationWith(registrar.replace('tokenFile: token', 'tokenVariable: MY_TOKEN'));
    await operation.succeed('keygen', 'example.com');
    const { status, stderr } = await operation.run('ds', 'example.com', '--push');
    expect([status, stderr]).toEqual([2, expect.stringContaining('there is no token')]);
    operation.io = { variables: { MY_TOKEN: api.token } };
    await operation.succeed('ds', 'example.com', '--push');
    expect(api.rdata()).toEqual(await printed(operation));
  });

  describe('ds --push', () => {
    test('adds what is missing, then removes what is too much, over all pages; again, it does nothing', async () => {
      const operation = operate();
      await operation.succeed('keygen', 'example.com');
      api.perPage = 1;
      api.store(OTHER);
      api.store({ ...OTHER, keytag: '4712' });
      const [rdata] = await printed(operation);
      const digest = rdata!.split(' ')[3]!;
      const dry = await operation.succeed('ds', 'example.com', '--push', '--dry-run');
      expect(dry.split('\n')).toEqual([
        expect.stringMatching(
          /^POST http:.*\/v2\/1010\/domains\/example\.com\/ds_records \{.*"digest_type":"2"/,
        ),
        expect.stringMatching(/^DELETE http:.*\/ds_records\/1$/),
        expect.stringMatching(/^DELETE http:.*\/ds_records\/2$/),
        '',
      ]);
      expect(api.rdata()).toHaveLength(2);
      expect(await operation.succeed('ds', 'example.com', '--push')).toBe(
        `added ${rdata!}\nremoved ${OTHER_RDATA}\nremoved ${OTHER_RDATA.replace('4711', '4712')}\n`,
      );
      expect(api.rdata()).toEqual([rdata]);
      expect(api.calls.filter((call) => !call.startsWith('GET')).map((call) => call.split(' ')[0])).toEqual([
        'POST',
        'DELETE',
        'DELETE',
      ]);
      // The same digest in small letters is the same DS.
      api.records = api.records.map((record) => ({ ...record, digest: digest.toLowerCase() }));
      const again = await operation.run('ds', 'example.com', '--push');
      expect(again).toMatchObject({
        status: 0,
        stdout: '',
        stderr: expect.stringContaining('has this set already'),
      });
    });

    test('works for a zone that is signed elsewhere, from its DNSKEYs on standard input', async () => {
      const operation = operate();
      const dnskey = 'example.com. 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=\n';
      operation.io = { readStdin: () => Promise.resolve(new TextEncoder().encode(dnskey)) };
      await operation.succeed('ds', '-', '--push');
      expect(api.rdata()).toEqual(await printed(operation, '-'));
      expect(api.rdata()[0]).toMatch(/^3613 15 2 /);
    });

    test('of a registry that keeps keys compares keys', async () => {
      const operation = operate();
      await operation.succeed('keygen', 'example.com');
      const { dnskeys } = JSON.parse(await operation.succeed('ds', 'example.com', '--json')) as {
        dnskeys: { publicKey: string }[];
      };
      api.store({ public_key: dnskeys[0]!.publicKey });
      expect(await operation.succeed('ds', 'example.com', '--push')).toBe('');
      api.store({ public_key: 'AAAA' });
      expect(await operation.succeed('ds', 'example.com', '--push')).toBe('removed KEY 13 AAAA\n');
    });

    test('is part of the audit trail, and its document follows its schema', async () => {
      const operation = await ready();
      await operation.rotate();
      api.records = [];
      const document = JSON.parse(await operation.succeed('ds', 'example.com', '--push', '--json')) as Record<
        string,
        unknown
      >;
      expect(schemaErrors(document)).toEqual([]);
      expect(document).toMatchObject({ zone: 'example.com.', dryRun: false, changes: [{ action: 'add' }] });
      expect(operation.state().audit.at(-1)).toMatchObject({
        what: expect.stringMatching(/^asked registrar dnsimple 1010 to add the DS \d+ 13 2 /),
      });
    });

    test('changes nothing before it is safe, nor under --now', async () => {
      const operation = operate();
      await operation.rotate('--sign');
      const early = await operation.run('ds', 'example.com', '--push');
      expect([early.status, early.stderr]).toEqual([
        1,
        expect.stringContaining('nothing was changed at the registrar'),
      ]);
      await operation.rotate('--sign', '--now', '+5h');
      const pretended = await operation.run('ds', 'example.com', '--push', '--now', '+5h');
      expect([pretended.status, api.calls]).toEqual([2, []]);
    });

    test.each([['--add'], ['--remove'], ['--anyway'], ['--format', 'csv']])(
      'excludes %s %s',
      async (...args) => {
        const { status } = await operate().run('ds', 'example.com', '--push', ...args);
        expect(status).toBe(2);
      },
    );

    test('tells an error of the service with what it says is wrong', async () => {
      const operation = operate();
      await operation.succeed('keygen', 'example.com');
      api.troubles = [{ status: 404 }];
      expect(await operation.run('ds', 'example.com', '--push')).toMatchObject({
        status: 4,
        stderr: expect.stringMatching(/status 404: trouble\n.*"account" of the registrar/),
      });
    });
  });
});

describe('a command as registrar', () => {
  const SCRIPT = [
    '#!/bin/sh',
    'set -e',
    'case $1 in',
    'list) cat "records/$2" 2>/dev/null || true ;;',
    'add) zone=$2; shift 2; echo "$*" >> "records/$zone"; echo "$ZONEWRIGHT_PUBLIC_KEY" > public-key ;;',
    'remove) zone=$2; shift 2; grep -v "^$*$" "records/$zone" > left || true; mv left "records/$zone" ;;',
    'esac',
  ];

  function operate(script = SCRIPT): Operation {
    const operation = operationWith('{type: command, argv: [./registrar], timeout: 1s}');
    mkdirSync('records');
    writeFileSync('registrar', `${script.join('\n')}\n`);
    chmodSync('registrar', 0o755);
    return operation;
  }

  test('lists, adds and removes', async () => {
    const operation = operate();
    await operation.succeed('keygen', 'example.com');
    writeFileSync('records/example.com', `; a comment\n\n${OTHER_RDATA}\n`);
    const [rdata] = await printed(operation);
    expect(await operation.succeed('ds', 'example.com', '--push', '--dry-run')).toBe(
      `./registrar add example.com ${rdata!}\n./registrar remove example.com ${OTHER_RDATA}\n`,
    );
    await operation.succeed('ds', 'example.com', '--push');
    expect(readFileSync('records/example.com', 'utf8')).toBe(`; a comment\n\n${rdata!}\n`);
    expect(readFileSync('public-key', 'utf8').length).toBeGreaterThan(80);
    expect(await operation.succeed('ds', 'example.com', '--push')).toBe('');
  });

  test('may be the script of the documentation', async () => {
    const page = readFileSync(new URL('../../docs/registrars.md', import.meta.url), 'utf8');
    const [, script] = /```sh\n(#!.*?)```/s.exec(page)!;
    const operation = operate([script!]);
    await operation.succeed('keygen', 'example.com');
    writeFileSync('some-tool', `#!/bin/sh\n[ "$2" != list ] || echo '${OTHER_RDATA}'\necho "$*" >> calls\n`);
    chmodSync('some-tool', 0o755);
    const [tag, algorithm, type, digest] = (await printed(operation))[0]!.split(' ');
    const search = process.env['PATH'];
    process.env['PATH'] = `${operation.directory}:${search ?? ''}`;
    await operation.succeed('ds', 'example.com', '--push').finally(() => {
      process.env['PATH'] = search;
    });
    expect(readFileSync('calls', 'utf8').trim().split('\n')).toEqual([
      'ds list example.com --format {tag} {alg} {digest-type} {digest}',
      `ds create example.com --tag ${tag!} --alg ${algorithm!} --digest-type ${type!} --digest ${digest!}`,
      `ds delete example.com --tag 4711 --digest ${OTHER.digest}`,
    ]);
  });

  test('is asked by rotate', async () => {
    const operation = operate();
    await operation.rotate('--sign');
    operation.now += 5 * HOUR;
    expect(existsSync('records/example.com')).toBe(false);
    await operation.rotate('--sign');
    expect(readFileSync('records/example.com', 'utf8').trim().split('\n')).toEqual(await printed(operation));
  });

  test.each([
    [
      'fails',
      ['#!/bin/sh', 'echo "no credit" >&2; exit 5'],
      'registrar ./registrar list ended with status 5: no credit',
    ],
    ['prints nonsense', ['#!/bin/sh', 'echo hello'], 'lists what is no DS record: "hello"'],
    ['hangs', ['#!/bin/sh', 'sleep 30'], './registrar has not ended within 1 s'],
  ])('that %s is an error of the environment', async (_, script, problem) => {
    const operation = operate(script);
    await operation.succeed('keygen', 'example.com');
    expect(await operation.run('ds', 'example.com', '--push')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining(problem),
    });
  });
});

test('a zone without registrar cannot be pushed', async () => {
  const operation = new Operation();
  await operation.succeed('keygen', 'example.com');
  expect(await operation.run('ds', 'example.com', '--push')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no registrar is configured for example.com'),
  });
});
