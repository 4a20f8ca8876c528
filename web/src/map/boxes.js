// Boxes of texts on the map, in pixels: [west, north, east, south].

/** Return the box around a text of a width and height that is turned by an angle in degrees. */
export function boxAround({ x, y }, width, height, angle = 0) {
  const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
  const [across, down] = [(width * cos + height * sin) / 2, (width * sin + height * cos) / 2];
  return [x - across, y - down, x + across, y + down];
}

export function overlap([west, north, east, south], [otherWest, otherNorth, otherEast, otherSouth]) {
  return west < otherEast && otherWest < east && north < otherSouth && otherNorth < south;
}

/**
 * Return which of some boxes find room, the first ones first.
 *
 * @param {number[][]} boxes - in the order of what matters
 * @param {number[][]} taken - what is there already; boxes that find room are added
 * @return {boolean[]}
 */
export function findRoom(boxes, taken) {
  return boxes.map((box) => {
    if (taken.some((other) => overlap(box, other))) return false;
    taken.push(box);
    return true;
  });
}
