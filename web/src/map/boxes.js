// Boxes of texts on the map, in pixels: [west, north, east, south].

const CELL = 64; // pixels of a side of the squares by which taken boxes are found
const ROW = 2 ** 24; // squares from one row to the next: more than a map has at any zoom

/** Return the box around a text of a width and height that is turned by an angle in degrees. */
export function boxAround({ x, y }, width, height, angle = 0) {
  const [cos, sin] = [Math.abs(Math.cos((angle * Math.PI) / 180)), Math.abs(Math.sin((angle * Math.PI) / 180))];
  const [across, down] = [(width * cos + height * sin) / 2, (width * sin + height * cos) / 2];
  return [x - across, y - down, x + across, y + down];
}

export function overlap([west, north, east, south], [otherWest, otherNorth, otherEast, otherSouth]) {
  return west < otherEast && otherWest < east && north < otherSouth && otherNorth < south;
}

/** The room on a map: what comes first takes it, and what would cover it finds none. */
export class Room {
  #taken = new Map(); // number of a square -> boxes that touch it

  /** Take the room of a box, and return true, unless something is there already. */
  take(box) {
    const cells = listCells(box);
    if (cells.some((cell) => this.#taken.get(cell)?.some((other) => overlap(box, other)))) return false;
    for (const cell of cells) {
      const boxes = this.#taken.get(cell);
      if (boxes) boxes.push(box);
      else this.#taken.set(cell, [box]);
    }
    return true;
  }
}

function listCells(box) {
  const [west, north, east, south] = box.map((pixels) => Math.floor(pixels / CELL));
  const cells = [];
  for (let row = north; row <= south; row++)
    for (let column = west; column <= east; column++) cells.push(row * ROW + column);
  return cells;
}
