// Making elements. Names and sentences come from OpenStreetMap, where anybody
// writes: they are set as text, never as markup, URL, id or class.

/**
 * Make an element of HTML.
 *
 * @param {string} tag
 * @param {Object} [attributes] - by name
 * @param {...(Node|string|null)} children - strings become text, null is passed over
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Make an element of SVG, as `el` does one of HTML. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Make an element for a name, whose direction is its own: a Hebrew one must not turn its neighbours round. */
export function nameNode(text, className) {
  return el("bdi", className ? { class: className } : {}, text);
}

/** Write the heading of the page; where it does not fit, a pointer that rests on it shows the whole. */
export function writeTitle(text) {
  const heading = byId("title");
  heading.textContent = text;
  heading.title = text;
}

/** Make a link to another site, which does not learn from where it was followed. */
export function outLink(href, ...children) {
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Make the heading of a table's column. */
export function columnHeading(text, className) {
  return el("th", { scope: "col", ...(className ? { class: className } : {}) }, text);
}
