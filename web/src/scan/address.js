// Where the map looks and what is chosen, in the page's address, so that it can be sent to somebody.

const POSITION = /^#(\d{1,2})\/(-?[\d.]{1,12})\/(-?[\d.]{1,12})$/;
const STRETCH = /^#s([0-3]{18}(?:-\d{1,4})?)$/;
const TYPED = /^\s*(?:geo:)?(-?\d{1,2}(?:\.\d{1,10})?)°?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d{1,10})?)°?\s*$/;

/** Return the zoom, latitude and longitude of an address's end, null where it is no position. */
export function readPosition(hash) {
  const [zoom, lat, lng] = POSITION.exec(hash)?.slice(1).map(Number) ?? [];
  return Number.isFinite(lat) && Number.isFinite(lng) ? { zoom, lat, lng } : null;
}

export function formatPosition({ zoom, lat, lng }) {
  return `#${zoom}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
}

/** Return the key of the stretch that an address's end names, null where it names none. */
export function readKey(hash) {
  return STRETCH.exec(hash)?.[1] ?? null;
}

/** Return [latitude, longitude] of a position that somebody typed, such as "60.17, 24.94", null where it is none. */
export function readTyped(text) {
  const [lat, lon] = TYPED.exec(text)?.slice(1).map(Number) ?? [];
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}
