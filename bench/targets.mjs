/**
 * What a row has to reach. A target looks at the measured contenders of a row, by name, and gives a ratio; it gives none where somebody is missing.
 */
import { median, medianRatio } from './measure.mjs';

export const FASTEST_PEER = 'the fastest peer';
/** The name under which a row has the time that OpenSSL alone would take. */
export const LIMIT = 'the limit';

/** We are at least `times` times as fast as somebody. */
export const asFastAs = (who, times) => ({
  text: `at least ${times} times as fast as ${who}`,
  isMet: (ratio) => ratio >= times,
  judge(contenders) {
    const ours = contenders.find((each) => each.ours);
    const rivals = contenders
      .filter(({ name, ours: us, aside }) =>
        who === FASTEST_PEER ? us !== true && aside !== true : name === who,
      )
      .map(({ name, seconds }) => ({ against: name, ratio: medianRatio(seconds, ours.seconds) }));
    return rivals.sort((a, b) => a.ratio - b.ratio)[0];
  },
});

/** We take at most `times` times the time of somebody. */
export const timeOf = (who, times) => ({
  text: `at most ${times} times the time of ${who}`,
  isMet: (ratio) => ratio <= times,
  judge: (contenders) => comparison(contenders, who, 'seconds'),
});

/** We take at most `times` times the memory of somebody. */
export const memoryOf = (who, times) => ({
  text: `at most ${times} times the memory of ${who}`,
  isMet: (ratio) => ratio <= times,
  judge: (contenders) => comparison(contenders, who, 'peakMiB'),
});

/** The ratio of our memory to somebody's is no worse than that of the same pair on a smaller zone. */
export const memoryRatioOf = (who, [ourSmaller, theirSmaller]) => ({
  text: `no worse a ratio of memory to ${who} than on the smaller zone`,
  isMet: (ratio) => ratio <= 1,
  judge(contenders) {
    const larger = comparison(contenders, who, 'peakMiB');
    const [ours, theirs] = [ourSmaller, theirSmaller].map((name) =>
      median(contenders.find((each) => each.name === name)?.peakMiB ?? []),
    );
    if (larger === undefined || ours === undefined || theirs === undefined) return undefined;
    return { against: who, ratio: larger.ratio / (ours / theirs) };
  },
});

function comparison(contenders, who, what) {
  const ours = contenders.find((each) => each.ours);
  const other = contenders.find(({ name }) => name === who);
  const ratio = other && medianRatio(ours[what], other[what]);
  return ratio === undefined ? undefined : { against: who, ratio };
}
