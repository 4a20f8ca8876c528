// The page's data, which are written deflated and in base 85.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`:|[~";

/** Return the value that `pack_json` of saferoute/page/payload.py wrote, as a promise. */
export function unpackJson(text) {
  const unpacked = new Blob([readBytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(unpacked).json();
}

/** Return the bytes of a text, five digits for every four of them. */
function readBytes(text) {
  const missing = (5 - (text.length % 5)) % 5;
  const padded = text + "~".repeat(missing);
  const values = new Uint8Array(128);
  for (const [value, digit] of [...DIGITS].entries()) values[digit.charCodeAt(0)] = value;
  const words = new DataView(new ArrayBuffer((padded.length / 5) * 4));
  let word = 0;
  for (let k = 0; k < padded.length; k++) {
    word = word * 85 + values[padded.charCodeAt(k)];
    if (k % 5 < 4) continue;
    words.setUint32(((k - 4) / 5) * 4, word);
    word = 0;
  }
  return words.buffer.slice(0, words.byteLength - missing);
}
