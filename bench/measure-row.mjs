/**
 * Measures one row: every contender in turn, round after round.
 */
import { CORES, makeDirectory, remove } from './inputs.mjs';
import { cryptoLimit, run } from './measure.mjs';
import { isInstalled, whyMissing, WORK } from './programs.mjs';
import { LIMIT } from './targets.mjs';

/**
 * @returns `status` (`measured`, `failed`, `not available`) with its `reason`, and the contenders with all that was taken; one with a `problem` counts
 *   for nothing. A peer that is missing or fails is left out; if we fail, or anybody's output is wrong, the row has failed.
 */
export async function measureRow(row, { runs, warmUp, tell }) {
  const result = { name: row.name, title: row.title, status: 'measured', contenders: [], targets: [] };
  const reason = row.needs && whyMissing(...row.needs);
  if (reason !== undefined) return { ...result, status: 'not available', reason };
  try {
    const notes = (await row.prepare()) ?? {};
    await new RowRun(row, result, notes, tell).play(runs * (row.repeat ?? 1), warmUp);
  } catch (error) {
    return { ...result, status: 'failed', reason: error.message };
  }
  if (result.status === 'measured') {
    remove(`runs/${row.name}`);
    result.targets = row.targets.map((target) => ({
      text: target.text,
      ...reach(target, result.contenders),
    }));
  }
  return result;
}

/** What a row has reached, by those without a problem. */
function reach(target, contenders) {
  const reached = target.judge(contenders.filter(({ problem }) => problem === undefined));
  return reached === undefined ? {} : { ...reached, met: target.isMet(reached.ratio) };
}

class RowRun {
  #row;
  #result;
  #tell;
  /** Contender → what is reported about it. */
  #reports = new Map();

  constructor(row, result, notes, tell) {
    this.#row = row;
    this.#result = result;
    this.#tell = tell;
    for (const contender of row.contenders()) {
      const missing = contender.programs.find((program) => !isInstalled(program));
      const report = {
        name: contender.name,
        ...(contender.ours && { ours: true }),
        ...(contender.aside && { aside: true }),
        command: commandText(contender.command(this.#directory(contender))),
        seconds: [],
        cpuSeconds: [],
        peakMiB: [],
        ...(notes[contender.name] && { note: notes[contender.name] }),
        ...(missing && { problem: `${missing} is not installed` }),
      };
      this.#reports.set(contender, report);
      result.contenders.push(report);
    }
  }

  async play(rounds, warmUp) {
    for (const contender of this.#row.mustRefuse?.() ?? []) await this.#expectRefusal(contender);
    if (warmUp) await this.#round('uncounted', () => undefined);
    const rates = [];
    for (let round = 0; round < rounds && this.#result.status === 'measured'; round++) {
      await this.#round(`${round + 1}/${rounds}`, async (contender, report, taken) => {
        report.seconds.push(taken.seconds);
        report.peakMiB.push(taken.peakMiB);
        report.cpuSeconds.push(taken.cpuSeconds);
        const wrong = await this.#row.judge?.(contender, this.#directory(contender));
        if (wrong !== undefined) this.#fail(report, `the output is wrong: ${wrong}`);
      });
      if (this.#row.limit !== undefined) rates.push(cryptoLimit(this.#row.limit.algorithm, CORES));
    }
    if (this.#row.limit !== undefined && this.#result.status === 'measured') this.#addLimit(rates);
  }

  async #round(label, take) {
    for (const [contender, report] of this.#reports) {
      if (report.problem !== undefined || this.#result.status !== 'measured') continue;
      const taken = await this.#runOnce(contender);
      this.#tell(`${this.#row.name} ${label}: ${contender.name} ${taken.seconds.toFixed(3)} s`);
      if (taken.failure === undefined) await take(contender, report, taken);
      else if (contender.ours) this.#fail(report, taken.failure);
      else report.problem = taken.failure;
    }
  }

  async #expectRefusal(contender) {
    const report = this.#result.contenders.find(({ name }) => name === contender.name);
    if (report.problem !== undefined) return;
    const { failure } = await this.#runOnce(contender);
    this.#tell(
      `${this.#row.name}: ${contender.name} ${failure === undefined ? 'accepts' : 'refuses'} what is wrong`,
    );
    if (failure !== undefined) return;
    const problem = 'it accepts a zone with a wrong signature';
    if (contender.ours) this.#fail(report, problem);
    else report.problem = problem;
  }

  /** Runs a contender in a directory that has nothing of an earlier run. */
  async #runOnce(contender) {
    const directory = this.#directory(contender);
    remove(directory);
    await makeDirectory(directory);
    await contender.fill?.(directory);
    return run(contender.command(directory), directory, { memory: this.#row.memory });
  }

  #directory(contender) {
    return `runs/${this.#row.name}/${contender.name.replaceAll(' ', '-')}`;
  }

  #fail(report, problem) {
    report.problem = problem;
    this.#result.status = 'failed';
    this.#result.reason = `${report.name}: ${problem}`;
  }

  /** What OpenSSL alone would need for the signatures of our output, as one more contender. */
  #addLimit(rates) {
    const { operation, algorithm, count } = this.#row.limit;
    const report = { name: LIMIT, aside: true, seconds: [], cpuSeconds: [], peakMiB: [] };
    this.#result.contenders.push(report);
    if (rates.includes(undefined)) {
      report.problem = 'openssl speed does not tell';
      return;
    }
    const ours = [...this.#reports.keys()].find((contender) => contender.ours);
    const signatures = count(this.#directory(ours));
    report.command = `openssl speed -seconds 1 -multi ${CORES} ${algorithm}`;
    report.perSecond = rates.map((rate) => rate[operation]);
    report.seconds = report.perSecond.map((rate) => signatures / rate);
    report.note = `${signatures} signatures`;
  }
}

/** A command as it is shown: without this machine's paths. */
const commandText = ({ program, args }) => [program, ...args].join(' ').replaceAll(WORK, '.');
