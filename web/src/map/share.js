// What is sent or copied of a stretch, and whether the page has an address that others can open.

const AT_HOME = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Return whether other devices can open the page's address: it is on a server, and not on this device's own. */
export function hasAddress({ protocol, hostname }) {
  return /^https?:$/.test(protocol) && !AT_HOME.test(hostname);
}

/** Return the link to a stretch of the page, or where the page has no address for others, to its start. */
export function linkTo(row, { protocol, hostname, href }) {
  // A region's ranks change with what is in view; its stretches have keys.
  if (hasAddress({ protocol, hostname })) return `${href.split("#")[0]}#s${row.key ?? row.rank}`;
  const [lat, lon] = row.line[0].map((degrees) => degrees.toFixed(6));
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=18/${lat}/${lon}`;
}

/** Return title, text and link, as the Web Share API takes them. */
export function describeShare(row, location) {
  const verdict = row.verdict ? ` ${row.verdict}.` : "";
  return {
    title: row.name,
    text: `${row.name}.${verdict} Walk it forwards first.`,
    url: linkTo(row, location),
  };
}
