// Decodes lines and heights: undoes what saferoute/page/grid.py encodes.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS = new Map([...ALPHABET].map((character, digit) => [character, digit]));
const MORE = 32; // is added to a digit after which the number goes on
const UNKNOWN_HEIGHT = 2 ** 22;

/** Decode whole numbers, whose lowest bit is the sign. */
export function readNumbers(word) {
  return readCounts(word).map((value) => (value % 2 ? -(value + 1) / 2 : value / 2));
}

/** Decode whole numbers from 0 on: fives of bits, lowest first. */
export function readCounts(word) {
  const counts = [];
  let value = 0;
  let unit = 1;
  for (const character of word) {
    const digit = DIGITS.get(character);
    value += (digit % MORE) * unit; // no shifts: heights and longitudes may need more than 32 bits
    unit *= MORE;
    if (digit >= MORE) continue;
    counts.push(value);
    value = 0;
    unit = 1;
  }
  return counts;
}

/** Decode desirabilities from 0 to 1, a character each. */
export function readShares(word) {
  return [...word].map((character) => DIGITS.get(character) / (ALPHABET.length - 1));
}

/** Return the latitude and longitude of a point so many steps east and north of the grid's origin. */
export function toDegrees(x, y, grid) {
  const unit = 10 ** -grid.decimals;
  return [grid.lat + y * unit, grid.lon + x * unit];
}

/** Decode one line into [latitude, longitude] of its points. */
export function readLine(word, grid) {
  const steps = readNumbers(word);
  const points = [];
  for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push(toDegrees(x, y, grid));
  }
  return points;
}

/** Decode many lines or rings: before each stands its number of points, and it starts from where the last did. */
export function readLines(word, grid) {
  const numbers = readNumbers(word);
  const lines = [];
  let east = 0;
  let north = 0;
  for (let i = 0; i < numbers.length; ) {
    const end = i + 1 + 2 * numbers[i];
    east += numbers[i + 1];
    north += numbers[i + 2];
    const line = [toDegrees(east, north, grid)];
    for (let k = i + 3, x = east, y = north; k < end; k += 2) {
      x += numbers[k];
      y += numbers[k + 1];
      line.push(toDegrees(x, y, grid));
    }
    lines.push(line);
    i = end;
  }
  return lines;
}

/** Decode heights in metres, null where one is not known; none at all where no word is given. */
export function readHeights(word) {
  let cm = 0;
  const next = (step) => {
    if (step === UNKNOWN_HEIGHT) return null;
    cm += step;
    return cm / 100;
  };
  return word === null ? [] : readNumbers(word).map(next);
}
