// The archive of tiles, which stands on the server in pieces: any host serves whole small files,
// and the browser keeps them for when there is no network.

const AT_ONCE = 24; // pieces that are kept in memory

export function namePiece(number) {
  return `tiles-${String(number).padStart(5, "0")}.part`;
}

/** Return which pieces hold some bytes of the archive, as [first, last]. */
export function findPieces(offset, length, pieceBytes) {
  return [Math.floor(offset / pieceBytes), Math.floor((offset + length - 1) / pieceBytes)];
}

/** A source of bytes, as pmtiles asks for one. */
export class Pieces {
  seen = new Set(); // names of the files that were read
  #bytes;
  #count;
  #version;
  #load;
  #kept = new Map(); // number -> promise of its bytes, the latest last

  /**
   * @param {Object} facts - `version` of the scan, `piece_bytes`, and how many `pieces` there are
   * @param {Function} load - called with a name, returns a promise of its bytes
   */
  constructor({ version, piece_bytes, pieces }, load = loadFile) {
    this.#version = version;
    this.#bytes = piece_bytes;
    this.#count = pieces;
    this.#load = load;
  }

  getKey() {
    return "tiles";
  }

  async getBytes(offset, length) {
    const [first, asked] = findPieces(offset, length, this.#bytes);
    // The first look at an archive asks for more than a small one has.
    const last = Math.min(asked, this.#count - 1);
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const parts = await Promise.all(numbers.map((number) => this.#read(number)));
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(new Uint8Array(part), at);
      at += part.byteLength;
    }
    const start = offset - first * this.#bytes;
    return { data: joined.slice(start, start + length).buffer };
  }

  #fetch(name) {
    this.seen.add(name);
    return this.#load(name);
  }

  #read(number) {
    const reading = this.#kept.get(number) ?? this.#fetch(`${namePiece(number)}?v=${this.#version}`);
    this.#kept.delete(number);
    this.#kept.set(number, reading);
    // One that failed is asked for again when it is needed again.
    reading.catch(() => this.#kept.delete(number));
    if (this.#kept.size > AT_ONCE) this.#kept.delete(this.#kept.keys().next().value);
    return reading;
  }
}

async function loadFile(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: the server answers ${answer.status}`);
  return answer.arrayBuffer();
}
