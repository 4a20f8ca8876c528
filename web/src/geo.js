// Ways over the ground between points of [latitude, longitude].

const RADIUS_M = 6_371_008.8; // of a sphere of the earth's volume
const DEGREE_M = 111_320; // of latitude

/** Return how far it is from one point to another in metres, and the bearing in degrees from north. */
export function measureWay([fromLat, fromLon], [toLat, toLon]) {
  const [a, b, east] = [fromLat, toLat, toLon - fromLon].map((degrees) => (degrees * Math.PI) / 180);
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(east / 2) ** 2;
  const bearing = Math.atan2(
    Math.sin(east) * Math.cos(b),
    Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east),
  );
  return { metres: 2 * RADIUS_M * Math.asin(Math.sqrt(half)), bearing: ((bearing * 180) / Math.PI + 360) % 360 };
}

/** Return the way to where a run starts: the start of a stretch, or its nearer end where either will do. */
export function findWayTo({ line, advised_bearing_deg }, from) {
  const [start, end] = [line[0], line.at(-1)].map((point) => measureWay(from, point));
  return advised_bearing_deg !== null || start.metres <= end.metres ? start : end;
}

/** Return the point so many metres east and north of another, a few kilometres at most. */
export function moveBy([lat, lon], east, north) {
  return [lat + north / DEGREE_M, lon + east / (DEGREE_M * Math.cos((lat * Math.PI) / 180))];
}
