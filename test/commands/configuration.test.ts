import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_CONFIGURATION,
  settingsOfZone,
  type Configuration,
  type ConfigurationDocument,
} from '../../src/commands/configuration.ts';
import { resolveConfiguration } from '../../src/commands/resolve-configuration.ts';
import { nameFromText } from '../../src/dns/name.ts';
import { parseDuration } from '../../src/dns/time.ts';
import { usageError } from '../../src/errors.ts';
import { closestWord } from '../../src/io/closest-word.ts';
import { DEFAULT_POLICY } from '../../src/rollover/policy.ts';

interface Property {
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
}

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8'),
) as { $defs: { policy: Property }; properties: Readonly<Record<string, Property>> };

function resolve(document: ConfigurationDocument): Configuration {
  return resolveConfiguration({
    file: 'etc/zonewright.yaml',
    document,
    parseZoneName: (text) => nameFromText(text.toLowerCase()),
    resolvePath: (path) => `etc/${path}`,
    errorAt: (keys, problem) => usageError('configuration/invalid', `${keys.join('.')}: ${problem}`),
    closestWord,
  });
}

/** The configuration that the contract shows, every key with its default. */
const CONTRACT: ConfigurationDocument = {
  keyDirectory: 'keys',
  policies: {
    default: {
      algorithm: 'ECDSAP256SHA256',
      keys: 'split',
      kskLifetime: '90d',
      zskLifetime: '90d',
      kskRollover: 'double-ksk',
      rotationPeriod: '7d',
      propagationDelay: 'auto',
      publishedWhen: 'written',
      checkParent: true,
      parentPropagationDelay: '1h',
      parentDsTtl: '1d',
      publishSafety: '1h',
      retireSafety: '1h',
      purgeDelay: '90d',
      dnskeyTtl: '1h',
      maxZoneTtl: 'none',
      dsDigests: ['sha256'],
      cds: true,
      denial: 'nsec',
      nsec3: { iterations: 0, saltLength: 0, optOut: false },
      signatures: { validity: '30d', refresh: '10d', jitter: '12h', inceptionOffset: '1h' },
      serial: 'unixtime',
      zonemd: 'none',
    },
  },
  zones: {
    'example.com': {
      file: 'zones/example.com.zone',
      output: 'zones/example.com.zone.signed',
      policy: 'default',
      parent: { servers: ['192.0.2.53:53'] },
      registrar: { type: 'dnsimple', account: '1010', tokenFile: '/run/secrets/dnsimple' },
    },
  },
  notify: [
    { type: 'webhook', url: 'https://hooks.example/dnssec', secretFile: 'webhook.secret' },
    { type: 'email', to: 'hostmaster@example.com', from: 'dns@example.com', smtp: 'smtp://127.0.0.1:25' },
    { type: 'command', argv: ['/usr/local/bin/on-dnssec-event'] },
  ],
  afterSign: ['nsd-control', 'reload', '{zone}'],
};

describe('the defaults', () => {
  test('are those of the contract', () => {
    expect(resolve(CONTRACT).policies.get('default')).toEqual(DEFAULT_POLICY);
    expect(resolve({}).policies.get('default')).toEqual(DEFAULT_POLICY);
  });

  test('are those that the schema states, key by key, each with a description', () => {
    const asPolicy = (key: string, value: unknown): unknown =>
      key === 'algorithm'
        ? 13
        : typeof value === 'string' && /^\d/.test(value)
          ? parseDuration(value)
          : value;
    for (const [key, property] of Object.entries(schema.$defs.policy.properties ?? {})) {
      const actual = DEFAULT_POLICY[key as keyof typeof DEFAULT_POLICY];
      expect(property.description).toMatch(/\w.*\.$/);
      const parts = Object.entries(property.properties ?? {});
      if (parts.length === 0) expect([key, asPolicy(key, property.default)]).toEqual([key, actual]);
      else {
        const stated = parts.map(([part, { default: value }]) => [part, asPolicy(part, value)]);
        expect([key, Object.fromEntries(stated)]).toEqual([key, actual]);
      }
    }
    expect(Object.keys(schema.$defs.policy.properties ?? {}).sort()).toEqual(
      Object.keys(DEFAULT_POLICY).sort(),
    );
    expect(schema.properties['keyDirectory']?.default).toBe(DEFAULT_CONFIGURATION.keyDirectory);
  });
});

describe('a configuration', () => {
  test('that the contract shows follows the schema', () => {
    const validate = new Ajv2020({ discriminator: true, allowUnionTypes: true }).compile(schema);
    expect([validate(CONTRACT), validate.errors]).toEqual([true, null]);
  });

  test('has paths relative to its file', () => {
    const { keyDirectory, zones, notify } = resolve(CONTRACT);
    expect(keyDirectory).toBe('etc/keys');
    expect(zones).toMatchObject([
      {
        file: 'etc/zones/example.com.zone',
        output: 'etc/zones/example.com.zone.signed',
        registrar: { tokenFile: 'etc//run/secrets/dnsimple' },
        parentServers: ['192.0.2.53:53'],
      },
    ]);
    expect(notify).toMatchObject([
      { secretFile: 'etc/webhook.secret' },
      { type: 'email' },
      { type: 'command' },
    ]);
  });

  test('completes each policy from the built-in defaults', () => {
    const { policies } = resolve({
      policies: {
        default: { kskLifetime: '1y', signatures: { validity: 1209600, refresh: '5d' } },
        quick: { zskLifetime: 'unlimited', nsec3: { optOut: true }, propagationDelay: 300, maxZoneTtl: '1d' },
      },
    });
    expect(policies.get('default')).toEqual({
      ...DEFAULT_POLICY,
      kskLifetime: 365 * 86400,
      signatures: { ...DEFAULT_POLICY.signatures, validity: 14 * 86400, refresh: 5 * 86400 },
    });
    expect(policies.get('quick')).toEqual({
      ...DEFAULT_POLICY,
      zskLifetime: 'unlimited',
      nsec3: { iterations: 0, saltLength: 0, optOut: true },
      propagationDelay: 300,
      maxZoneTtl: 86400,
    });
  });

  test('knows a zone by its name, and has the default policy for others', () => {
    const configuration = resolve({
      policies: { default: { keys: 'csk' }, split: {} },
      zones: { 'example.com': { policy: 'split', file: 'a' } },
    });
    expect(settingsOfZone(configuration, nameFromText('EXAMPLE.com'))).toMatchObject({
      policyName: 'split',
      file: 'etc/a',
    });
    const other = settingsOfZone(configuration, nameFromText('Example.org'));
    expect(other).toMatchObject({ policyName: 'default', policy: { keys: 'csk' } });
    expect(other.name).toEqual(nameFromText('example.org'));
    expect(other).not.toHaveProperty('file');
  });
});
