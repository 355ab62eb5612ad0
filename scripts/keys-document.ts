/** One way of a key, and the algorithms with which it broke. */
export interface MeasuredPath {
  readonly direction: 'import' | 'export';
  readonly form: string;
  readonly peer: string;
  readonly proof: string;
  readonly algorithms: readonly number[];
  readonly failures: Readonly<Record<string, string>>;
}

/** Signatures a second on one core. */
export interface MeasuredCost {
  readonly algorithm: string;
  readonly random: number;
  readonly deterministic: number;
}

/** `docs/keys-measured.json` */
export interface KeysMeasurement {
  readonly versions: readonly string[];
  readonly iterations: number;
  /** Milliseconds to derive the key of one private key. */
  readonly encryption: number;
  readonly costs: readonly MeasuredCost[];
  readonly paths: readonly MeasuredPath[];
}

/** The document with the measured parts between their marks. */
export function withMeasurement(document: string, measurement: KeysMeasurement): string {
  const parts = { formats: formatsPart(measurement), cost: costPart(measurement) };
  return Object.entries(parts).reduce((text, [name, part]) => {
    const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!between.test(text)) throw new Error(`the document has no place for ${name}`);
    return text.replace(between, (_, open: string, close: string) => `${open}\n${part}\n${close}`);
  }, document);
}

function formatsPart({ paths, versions }: KeysMeasurement): string {
  const rows = paths.map(({ direction, form, peer, proof, algorithms, failures }) => {
    const broken = Object.keys(failures);
    const outcome = broken.length === 0 ? algorithms.join(', ') : `fails with ${broken.join(', ')}`;
    return [direction, form, peer, proof, outcome];
  });
  const head = ['way', 'form', 'peer', 'what was shown', 'algorithms'];
  return `${table(head, rows)}\nPrograms: ${versions.join(', ')}.\n`;
}

function costPart({ costs, iterations, encryption }: KeysMeasurement): string {
  const rows = costs.map(({ algorithm, random, deterministic }) => [
    algorithm,
    String(random),
    String(deterministic),
    `${Number((random / deterministic).toPrecision(2))} times`,
  ]);
  const head = ['signatures a second on one core', 'random', '--deterministic', 'slower'];
  return `${table(head, rows)}\nTo open or to encrypt one private key (${iterations} iterations): ${encryption} ms.\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
