import type { Arithmetic } from './arithmetic.ts';
import { LIMBS } from './field-code.ts';
import { LANES } from './quad-code.ts';

/** Makes an integer that of a lane of a quad. */
export function setLane({ words }: Arithmetic, quad: number, lane: number, from: number): void {
  for (let i = 0, word = (quad >> 2) + lane; i < LIMBS; i++, word += LANES)
    words[word] = words[(from >> 2) + i]!;
}

/** Copies the integer of a lane of a quad. */
export function copyLane({ words }: Arithmetic, to: number, quad: number, lane: number): void {
  for (let i = 0, word = (quad >> 2) + lane; i < LIMBS; i++, word += LANES)
    words[(to >> 2) + i] = words[word]!;
}

/** Makes an integer that of all lanes of a quad. */
export function setLanes(arithmetic: Arithmetic, quad: number, from: number): void {
  for (let lane = 0; lane < LANES; lane++) setLane(arithmetic, quad, lane, from);
}
