// The page's data, which are written deflated and in base 64.

/** Return the value that `pack_json` of saferoute/page/payload.py wrote, as a promise. */
export function unpackJson(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(unpacked).json();
}
