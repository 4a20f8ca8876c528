// Where the map looks, in the page's address, so that it can be sent to somebody.

const POSITION = /^#(\d{1,2})\/(-?[\d.]{1,12})\/(-?[\d.]{1,12})$/;

/** Return the zoom, latitude and longitude of an address's end, null where it is no position. */
export function readPosition(hash) {
  const [zoom, lat, lng] = POSITION.exec(hash)?.slice(1).map(Number) ?? [];
  return Number.isFinite(lat) && Number.isFinite(lng) ? { zoom, lat, lng } : null;
}

export function formatPosition({ zoom, lat, lng }) {
  return `#${zoom}/${lat.toFixed(5)}/${lng.toFixed(5)}`;
}
