/**
 * Runs rows beside a base. In each repetition the base runs between every two rows, so that a sample and the base that it is divided by are
 * neighbours: what else the machine does then weighs on both. The order moves on by one with each repetition.
 * @template Sample
 * @param {object} options
 * @param {string} options.base
 * @param {readonly string[]} options.rows the base among them or not
 * @param {number} options.repetitions
 * @param {(row: string) => Promise<Sample>} options.run
 * @param {(done: number, of: number, row: string) => void} [options.progress]
 * @returns {Promise<Map<string, { sample: Sample, base: Sample }[]>>} the pairs by row; those of the base hold the same sample twice
 */
export async function inPairs({ base, rows, repetitions, run, progress = () => undefined }) {
  const others = rows.filter((row) => row !== base);
  const pairs = new Map([[base, []], ...others.map((row) => [row, []])]);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const turn = others.length === 0 ? 0 : repetition % others.length;
    const order = [...others.slice(turn), ...others.slice(0, turn)];
    do {
      const [left, right] = order.splice(0, 2);
      const samples = [];
      for (const row of [left, base, right]) {
        if (row === undefined) continue;
        progress(repetition + 1, repetitions, row);
        samples.push({ row, sample: await run(row) });
      }
      const own = samples.find(({ row }) => row === base).sample;
      for (const { row, sample } of samples) pairs.get(row).push({ sample, base: own });
    } while (order.length > 0);
  }
  return pairs;
}
