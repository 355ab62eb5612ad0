/** A date below or above a timeline. */
export interface Tick {
  /** Epoch seconds. */
  readonly time: number;
  readonly label: string;
}

const DAY = 86400;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Steps in days, and behind them in months, of which the first is taken that needs few enough dates. */
const DAY_STEPS = [1, 2, 7, 14] as const;
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120] as const;

/** Round dates in UTC between two times, no more than `limit`. January is called by its year. */
export function timeTicks(from: number, to: number, limit: number): Tick[] {
  for (const step of DAY_STEPS) {
    if ((to - from) / DAY / step <= limit) return dayTicks(from, to, step);
  }
  const months = (to - from) / DAY / 30;
  const step = MONTH_STEPS.find((candidate) => months / candidate <= limit) ?? MONTH_STEPS.at(-1)!;
  return monthTicks(from, to, step);
}

function dayTicks(from: number, to: number, step: number): Tick[] {
  const ticks: Tick[] = [];
  for (let time = Math.ceil(from / DAY) * DAY; time < to; time += step * DAY) {
    const date = new Date(time * 1000);
    ticks.push({ time, label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]!}` });
  }
  return ticks;
}

function monthTicks(from: number, to: number, step: number): Tick[] {
  const ticks: Tick[] = [];
  const start = new Date(from * 1000);
  const first = start.getUTCFullYear() * 12 + start.getUTCMonth();
  for (let month = Math.ceil(first / step) * step; ; month += step) {
    const [year, index] = [Math.floor(month / 12), month % 12];
    const time = Date.UTC(year, index) / 1000;
    if (time >= to) return ticks;
    if (time >= from) ticks.push({ time, label: index === 0 ? String(year) : MONTHS[index]! });
  }
}

/** `2026-12-01`, in UTC. */
export function printDate(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** `2026-12-01 10:05 UTC` */
export function printMinute(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
