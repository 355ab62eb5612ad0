/** Characters that a piece of a secret has at least: fewer turn up by chance. */
const PIECE = 12;

/** Finds pieces of secrets in text, in whatever form they may have been printed. */
export class SecretSearch {
  readonly #pieces = new Map<string, string>();

  /** Octets of a private key: searched in hexadecimal, base64 and base64url, and as a list of numbers. */
  addOctets(name: string, octets: Uint8Array): void {
    const buffer = Buffer.from(octets);
    this.addText(`${name} in hexadecimal`, buffer.toString('hex'));
    this.addText(`${name} in hexadecimal`, buffer.toString('hex').toUpperCase());
    this.addText(`${name} in hexadecimal`, (buffer.toString('hex').match(/../g) ?? []).join(' '));
    this.addText(`${name} in base64`, buffer.toString('base64'));
    this.addText(`${name} in base64url`, buffer.toString('base64url'));
    for (let at = 0; at + 4 <= octets.length; at++) {
      this.#pieces.set([...octets.subarray(at, at + 4)].join(', '), `${name} as numbers`);
    }
  }

  addText(name: string, text: string): void {
    for (let at = 0; at + PIECE <= text.length; at++) this.#pieces.set(text.slice(at, at + PIECE), name);
  }

  /** The names of the secrets of which something is in the text. */
  found(text: string): string[] {
    const names = [...this.#pieces].filter(([piece]) => text.includes(piece)).map(([, name]) => name);
    return [...new Set(names)];
  }
}
