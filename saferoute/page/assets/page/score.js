// --- Score: saferoute.scoring again, so that other weights rank anew without a network ---

const stretches = readStretches(data.stretches);

const FORMULA = data.formula;
const PROFILE_WEIGHTS = normalised(FORMULA.weights);
const POINTS = 300;
const LAST = 10; // of the eleven quantiles

/** Points spread evenly over the unit cube of the criteria (Roberts' R-sequence). */
const SPREAD = (() => {
  let root = 1.5;
  for (let i = 0; i < 50; i++) root = (1 + root) ** (1 / (data.criteria.length + 1));
  return Array.from({ length: POINTS }, (_, i) => data.criteria.map((_, k) => (0.5 + (i + 1) * root ** -(k + 1)) % 1));
})();

function normalised(weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 1 / weights.length));
}

/** S = (∏ dᵢ^wᵢ)^.7 · (min dᵢ)^.3; null where a desirability is not given. */
function combine(desirability, weights) {
  let log = 0;
  let least = Infinity;
  for (let k = 0; k < weights.length; k++) {
    if (desirability[k] === null) return null;
    const d = Math.max(desirability[k], FORMULA.floor);
    log += weights[k] * Math.log(d);
    if (d < least) least = d;
  }
  return Math.exp(FORMULA.mean_share * log) * least ** FORMULA.least_share;
}

/** S₂₀ from the quantiles of each criterion, which the package draws apart from each other. */
function drawnLow(row, weights) {
  const drawn = new Float64Array(POINTS);
  const d = new Array(weights.length);
  for (let i = 0; i < POINTS; i++) {
    for (let k = 0; k < d.length; k++) {
      const at = SPREAD[i][k] * LAST;
      const below = Math.floor(at);
      d[k] = row.quantiles[k][below] + (at - below) * (row.quantiles[k][below + 1] - row.quantiles[k][below]);
    }
    drawn[i] = combine(d, weights);
  }
  drawn.sort();
  return drawn[Math.round((FORMULA.low_pct / 100) * (POINTS - 1))];
}

/** What costs most: the criterion whose perfection would leave the best score. */
function limiting(row, weights) {
  const without = row.d.map((_, k) => combine(row.d.map((d, j) => (j === k ? 1 : d)), weights));
  return data.criteria[without.indexOf(Math.max(...without))];
}

function rating(low, quality, leastConfidence) {
  const found = FORMULA.ratings.find(([, least, known]) => low >= least && quality >= known && (leastConfidence > 0 || known === 0));
  return found ? found[0] : "none";
}

/** Score a row under other weights. The file's own S₂₀ is moved by as much as the redrawn one moves. */
function scored(row, weights) {
  const score = combine(row.d, weights);
  if (score === null || row.c.includes(null) || row.quantiles === null) return { ...row.given, limiting_criterion: null };
  row.drawnLow ??= drawnLow(row, PROFILE_WEIGHTS);
  const low = Math.max(0, Math.min(score, row.given.score_low + drawnLow(row, weights) - row.drawnLow));
  const quality = row.c.reduce((sum, c, k) => sum + weights[k] * c, 0);
  return {
    score,
    score_low: low,
    score_high: null,
    data_quality: quality,
    rating: rating(low, quality, Math.min(...row.c)),
    limiting_criterion: limiting(row, weights),
  };
}

/** Order rows by S₂₀, spread over the area. */
function ranked(rows) {
  const left = new Set(rows);
  const near = new Map(rows.map((row) => [row, 0]));
  const order = [];
  while (left.size) {
    let best = null;
    let most = -Infinity;
    for (const row of left) {
      const value = Math.round((row.score_low ?? 0) * (1 - FORMULA.repeat * near.get(row)) * 1e6);
      if (value > most || (value === most && row.length_m > best.length_m)) [best, most] = [row, value];
    }
    order.push(best);
    left.delete(best);
    for (const row of left) {
      const away = Math.hypot(row.east_m - best.east_m, row.north_m - best.north_m);
      const felt = row.chain === best.chain ? away * FORMULA.same_chain_share : away;
      near.set(row, Math.max(near.get(row), Math.exp(-felt / FORMULA.near_m)));
    }
  }
  return order;
}

const GIVEN = ["score", "score_low", "score_high", "data_quality", "rating", "limiting_criterion"];

/** Score and order all rows; the profile's own weights give back what the file says. */
function reweigh(weights) {
  const own = weights === null;
  for (const row of stretches) Object.assign(row, own ? row.given : scored(row, weights));
  const order = own ? [...stretches] : ranked(stretches);
  order.forEach((row, i) => (row.place = data.session ? row.rank : i + 1));
  return order;
}
