// A stretch as the list has it, for tests that are about something else.

/** Return a row with these values in place of its own. */
export function makeRow(values = {}) {
  return {
    rank: 1,
    name: "Rantatie",
    rating: "B",
    score: 0.61,
    score_low: 0.5,
    score_high: 0.7,
    data_quality: 0.55,
    limiting_criterion: "surface",
    verdict: "Fair",
    line: [
      [60, 20],
      [60.001, 20],
    ],
    length_m: 111,
    distance_m: 250,
    east_m: 0,
    north_m: 250,
    surface: "asphalt",
    origin: "way",
    advised_bearing_deg: 0,
    grade_pct: -0.4,
    grade_sigma_pct: 0.2,
    strip_width_m: 1.25,
    free_lane_m: null,
    heading_range_deg: 3,
    best_hours: null,
    heights: [],
    checks: ["a gate at 60 m"],
    osm_ids: ["way/7"],
    why_surface: "asphalt, tagged",
    d: [0.75],
    c: [0.4],
    quantiles: null,
    ...values,
  };
}
