// The formula of saferoute.scoring once more, so that other weights rank anew without a network.

const POINTS = 300;
const LAST = 10; // of the eleven quantiles

export function normaliseWeights(weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
}

/** Return points spread evenly over the unit cube of so many dimensions (Roberts' R-sequence). */
export function spreadPoints(dimensions) {
  let root = 1.5;
  for (let i = 0; i < 50; i++) root = (1 + root) ** (1 / (dimensions + 1));
  const at = (i, k) => (0.5 + (i + 1) * root ** -(k + 1)) % 1;
  return Array.from({ length: POINTS }, (_, i) => Array.from({ length: dimensions }, (_, k) => at(i, k)));
}

/** Scores and ranks rows by the package's formula under weights that sum to 1. */
export class Scorer {
  #formula;
  #criteria;
  #points;
  #levels; // rating -> number that grows as it gets better
  #ownLow = new WeakMap(); // row -> S₂₀ redrawn under the profile's weights

  /**
   * @param {Object} formula - numbers of the score as the file gives them
   * @param {string[]} criteria - names, in the order of all weights
   */
  constructor(formula, criteria) {
    this.#formula = formula;
    this.#criteria = criteria;
    this.#points = spreadPoints(criteria.length);
    const worstFirst = ["none", ...formula.ratings.map(([name]) => name).reverse()];
    this.#levels = new Map(worstFirst.map((name, level) => [name, level]));
    this.weights = normaliseWeights(formula.weights); // the profile's own
  }

  /** Score and order all rows, and return them in their order; without weights they are as the file says. */
  reweigh(rows, weights) {
    for (const row of rows) Object.assign(row, weights === null ? row.given : this.score(row, weights));
    return weights === null ? [...rows] : this.rank(rows);
  }

  /** Return the verdict on a row. The file's own S₂₀ is moved by as much as the redrawn one moves. */
  score(row, weights) {
    const score = this.combine(row.d, weights);
    if (score === null || row.c.includes(null) || row.quantiles === null) {
      return { ...row.given, limiting_criterion: null };
    }
    if (!this.#ownLow.has(row)) this.#ownLow.set(row, this.drawLow(row.quantiles, this.weights));
    const low = row.given.score_low + this.drawLow(row.quantiles, weights) - this.#ownLow.get(row);
    const score_low = Math.max(0, Math.min(score, low));
    const quality = row.c.reduce((sum, c, k) => sum + weights[k] * c, 0);
    return {
      score,
      score_low,
      score_high: null,
      data_quality: quality,
      rating: this.rate(score_low, quality, row.d, row.c, row.doubts),
      limiting_criterion: this.findLimiting(row.d, weights),
    };
  }

  /** Return S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3; null where a desirability is not given. */
  combine(desirability, weights) {
    const { floor, mean_share, least_share } = this.#formula;
    let log = 0;
    let least = Infinity;
    for (let k = 0; k < weights.length; k++) {
      if (desirability[k] === null) return null;
      const d = Math.max(desirability[k], floor);
      log += weights[k] * Math.log(d);
      if (d < least) least = d;
    }
    return Math.exp(mean_share * log) * least ** least_share;
  }

  /** Return S₂₀ from the quantiles of each criterion, which the package draws apart from each other. */
  drawLow(quantiles, weights) {
    const drawn = new Float64Array(POINTS);
    const d = new Array(weights.length);
    for (let i = 0; i < POINTS; i++) {
      for (let k = 0; k < d.length; k++) {
        const at = this.#points[i][k] * LAST;
        const below = Math.floor(at);
        d[k] = quantiles[k][below] + (at - below) * (quantiles[k][below + 1] - quantiles[k][below]);
      }
      drawn[i] = this.combine(d, weights);
    }
    drawn.sort();
    return drawn[Math.round((this.#formula.low_pct / 100) * (POINTS - 1))];
  }

  /** Return what costs most: the criterion whose perfection would leave the best score. */
  findLimiting(desirability, weights) {
    const perfect = (k) => desirability.map((d, j) => (j === k ? 1 : d));
    const without = desirability.map((_, k) => this.combine(perfect(k), weights));
    return this.#criteria[without.indexOf(Math.max(...without))];
  }

  rate(low, quality, desirability, confidence, doubts) {
    const earned = ([, leastLow, leastQuality, leastKnown, leastWorth, mostDoubts]) =>
      low >= leastLow &&
      quality >= leastQuality &&
      doubts <= mostDoubts &&
      leastKnown.every((least, k) => confidence[k] >= least) &&
      leastWorth.every((least, k) => desirability[k] >= least);
    return this.#formula.ratings.find(earned)?.[0] ?? "none";
  }

  /** Order rows by rating, then by S₂₀ and spread over the area: what lies near a better one counts for less. */
  rank(rows) {
    const left = new Set(rows);
    const felt = new Map(rows.map((row) => [row, { nearest: 0, before: 0 }]));
    const order = [];
    while (left.size) {
      const best = this.#pickBest(left, felt);
      order.push(best);
      left.delete(best);
      for (const row of left) {
        const [feels, nearness] = [felt.get(row), this.#feelNearness(row, best)];
        feels.nearest = Math.max(feels.nearest, nearness);
        if (row.ground === best.ground) feels.before += nearness;
      }
    }
    return order;
  }

  #pickBest(rows, felt) {
    let best = null;
    let most = -Infinity;
    for (const row of rows) {
      const low = (row.score_low ?? 0) * this.#keepShare(felt.get(row));
      const value = Math.round((this.#levels.get(row.rating) + low) * 1e6);
      if (value > most || (value === most && row.length_m > best.length_m)) [best, most] = [row, value];
    }
    return best;
  }

  /** Return what a row keeps of its score beside those ranked before it; the third on one ground falls behind. */
  #keepShare({ nearest, before }) {
    return (1 - this.#formula.repeat * nearest) * (1 - this.#formula.again) ** Math.max(before - 1, 0);
  }

  /** Return 1 for the same place, falling to 0 with the distance; on one line or ground it feels shorter. */
  #feelNearness(row, other) {
    const away = Math.hypot(row.east_m - other.east_m, row.north_m - other.north_m);
    const felt = row.ground === other.ground ? away * this.#formula.same_ground_share : away;
    return Math.exp(-felt / this.#formula.near_m);
  }
}
