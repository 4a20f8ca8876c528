// How the tiles are drawn: stretches over the layers of saferoute/scan/_base.py, in the colours of the style.

import { RATINGS } from "../ratings.js";

const { protomapsL } = globalThis; // a script of its own, before this one

const FILLS = ["land", "sea", "green", "sand", "sport", "water"];
const LINES = {
  stream: { wide: 2, colour: "stream" },
  coast: { wide: 1, colour: "coast" },
  rail: { wide: 1.5, colour: "rail", dash: [6, 4] },
  path: { wide: 1.2, colour: "path" },
  lane: { wide: 2, colour: "lane", edge: true },
  street: { wide: 4, colour: "street", edge: true },
  road: { wide: 5, colour: "road", edge: true },
};
const STRETCH = 6; // pixels of a stretch's line
const CASING = 2; // pixels that are seen of its casing
const FULL = 16; // zoom from which lines have their full width
const HALO = 2.5; // pixels around a name

/** Return the share of their width that lines have at a zoom. */
export function thinLines(zoom) {
  return Math.max(0.3, Math.min(1, 1 - (FULL - zoom) * 0.2));
}

/** Return the rules that draw the ground, the lowest first; `colourOf` gives a colour by its name. */
export function drawGround(colourOf) {
  const fill = (name) => ({
    dataLayer: name,
    symbolizer: new protomapsL.PolygonSymbolizer({ fill: colourOf(name) }),
  });
  const line = (name, { wide, colour, dash }, extra) => ({
    dataLayer: name,
    symbolizer: new protomapsL.LineSymbolizer({
      color: colour,
      width: (zoom) => wide * thinLines(zoom) + extra,
      lineCap: "round",
      lineJoin: "round",
      ...(dash ? { dash, dashColor: colour, dashWidth: (zoom) => wide * thinLines(zoom) } : {}),
    }),
  });
  const lines = Object.entries(LINES).map(([name, look]) => [name, { ...look, colour: colourOf(look.colour) }]);
  // All edges lie below all streets, so that crossings are open.
  const edges = lines.filter(([, { edge }]) => edge);
  return [
    ...FILLS.map(fill),
    ...lines.filter(([, { edge }]) => !edge).map(([name, look]) => line(name, look, 0)),
    fill("building"),
    ...edges.map(([name, look]) => line(name, { ...look, colour: colourOf("street-edge") }, 1.2)),
    ...edges.map(([name, look]) => line(name, look, 0)),
  ];
}

/**
 * Return the rules that draw the stretches of a layer, in the colour and dashes of their rating.
 *
 * @param {string} dataLayer
 * @param {Function} rate - returns the rating of a feature's properties, null where it is not to be drawn
 * @param {string} casing - colour around the lines
 */
export function drawStretches(dataLayer, rate, casing) {
  const draw = (rating, look, extra) => ({
    dataLayer,
    filter: (_zoom, { props }) => rate(props) === rating,
    symbolizer: new protomapsL.LineSymbolizer({ ...look, width: (zoom) => STRETCH * thinLines(zoom) + extra }),
  });
  // The best are drawn last, on top.
  return [...RATINGS].reverse().flatMap(({ name, colour, dashes }) => {
    const dash = (zoom) => dashes.map((widths) => widths * STRETCH * thinLines(zoom));
    return [
      draw(name, { color: casing, lineCap: "round" }, CASING),
      draw(name, dashes.length ? { color: colour, dash } : { color: colour, lineCap: "round" }, 0),
    ];
  });
}

/** Return the rules that write names: those of places, of areas, and of roads along them. */
export function writeNames(colourOf) {
  const look = (font) => ({
    font: `${font} system-ui, sans-serif`,
    fill: colourOf("label"),
    stroke: colourOf("halo"),
    width: HALO,
    labelProps: ["text"],
  });
  const rule = (kinds, symbolizer) => ({
    dataLayer: "names",
    filter: (_zoom, { props }) => kinds.includes(props.kind),
    symbolizer,
  });
  return [
    rule(["place"], new protomapsL.CenteredTextSymbolizer(look("600 12px"))),
    rule(["green", "water", "sand"], new protomapsL.CenteredTextSymbolizer(look("italic 11px"))),
    rule(["road"], new protomapsL.LineLabelSymbolizer(look("11px"))),
  ];
}
