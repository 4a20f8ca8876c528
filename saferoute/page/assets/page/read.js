// --- Reading: undoes what _data.py and _grid.py wrote ---------------------------
// Names and sentences come from OpenStreetMap, where anybody writes: everywhere
// they are set as text, never as markup, URL, id or class.

const DIGITS = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((c, i) => [c, i]));
const UNKNOWN_HEIGHT = 2 ** 22;
const WORDS = new Set(["name", "surface", "rating", "origin", "limiting_criterion", "barefoot", "best_hours", "height_source"]);

/** Undo `words`: numbers in fives of bits, lowest first. */
function readNumbers(word) {
  const numbers = [];
  let value = 0;
  let unit = 1;
  for (const character of word) {
    const digit = DIGITS.get(character);
    value += (digit & 31) * unit; // no shifts: heights and longitudes may need more than 32 bits
    unit *= 32;
    if (digit >= 32) continue;
    numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
    value = 0;
    unit = 1;
  }
  return numbers;
}

function toDegrees(x, y, grid) {
  const unit = 10 ** -grid.decimals;
  return [grid.lat + y * unit, grid.lon + x * unit];
}

/** Undo `Grid.line`. */
function readLine(word, grid) {
  const steps = readNumbers(word);
  const points = [];
  for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push(toDegrees(x, y, grid));
  }
  return points;
}

/** Undo `Grid.lines` and `Grid.rings`. */
function readLines(word, grid) {
  const numbers = readNumbers(word);
  const lines = [];
  let east = 0;
  let north = 0;
  for (let i = 0; i < numbers.length; ) {
    const count = numbers[i++];
    let x = (east += numbers[i++]);
    let y = (north += numbers[i++]);
    const line = [toDegrees(x, y, grid)];
    for (let k = 1; k < count; k++) line.push(toDegrees((x += numbers[i++]), (y += numbers[i++]), grid));
    lines.push(line);
  }
  return lines;
}

function readHeights(word) {
  let cm = 0;
  return word === null ? [] : readNumbers(word).map((step) => (step === UNKNOWN_HEIGHT ? null : (cm += step) / 100));
}

function readStretches({ count, texts, columns, decimals, quantiles, heights, grid, lines }) {
  const text = (index) => (index === null ? null : texts[index]);
  return Array.from({ length: count }, (_, i) => {
    const row = { line: readLine(lines[i], grid), heights: readHeights(heights[i]) };
    for (const [name, values] of Object.entries(columns)) {
      const value = values[i];
      if (name.startsWith("why_")) row[name] = value?.map(text).join("") ?? null; // in pieces
      else if (Array.isArray(value)) row[name] = value.map(text);
      else if (WORDS.has(name)) row[name] = text(value);
      else row[name] = value === null ? null : value / 10 ** decimals[name];
    }
    if (!RATINGS[row.rating]) row.rating = "none";
    row.d = data.criteria.map((name) => row[`d_${name}`]);
    row.c = data.criteria.map((name) => row[`c_${name}`]);
    row.quantiles = quantiles[i]?.map((index) => [...texts[index]].map((character) => DIGITS.get(character) / 63)) ?? null;
    return row;
  });
}
