// The page of a region: the list, details, map and words of the page of a search, over tiles.
// Names and tags in the tiles were written by strangers: they become text, never markup.

import { byId } from "../dom.js";
import L from "../leaflet.js";
import { UNITS_CHANGED } from "../map/controls.js";
import { passesFilters, startView } from "../map/filters.js";
import { keepClearOfCaution } from "../map/frame.js";
import { showLegend } from "../map/legend.js";
import { StretchLines } from "../map/lines.js";
import { Locator, writeWayThere } from "../map/locate.js";
import { makeNumbers } from "../map/numbers.js";
import { BY_ME, BY_RANK, sortRows } from "../map/order.js";
import { fitListToPaper } from "../map/paper.js";
import { writeSheet } from "../map/sheet.js";
import { recallUnits, rememberUnits } from "../map/units.js";
import { addScale, dressMap, readColour, showLine } from "../map/view.js";
import { useUnits } from "../words.js";
import { formatPosition, readKey, readPosition } from "./address.js";
import { answerSearches } from "./find.js";
import { drawGround, drawStretches, writeNames } from "./ground.js";
import { Judge } from "./judge.js";
import { describeCount, MOST, RegionList } from "./list.js";
import { makeKeepButton, startWorker } from "./offline.js";
import { fitToPaper } from "./paper.js";
import { Pieces } from "./pieces.js";
import { FINEST } from "./rows.js";
import { Stretches } from "./stretches.js";
import { buildTools } from "./tools.js";
import { sayTrouble } from "./trouble.js";

const { protomapsL } = globalThis; // a script of its own, before this one

const CLOSE = 15; // zoom at which a place is shown
const WAIT_MS = 150; // after the map has moved, before the list follows

class RegionPage {
  #facts;
  #view = startView();
  #map;
  #ground;
  #stretches;
  #list;
  #judge;
  #lines = null;
  #drawNumbers;
  #listed = []; // rows in the list
  #scale = null;
  #rows = []; // in view, the best first
  #followMap = () => {};
  #source;
  #listSeen;
  #timer = 0;
  #redraw = 0;

  constructor(facts) {
    this.#facts = facts;
    useUnits(recallUnits("metric"));
    keepClearOfCaution();
    // The archive that protomaps-leaflet opens is read by pieces in place of ranges.
    this.#source = new protomapsL.PmtilesSource("tiles", false);
    const pieces = new Pieces(facts);
    this.#source.p.source = pieces;
    this.#listSeen = () => [...pieces.seen];
    this.#stretches = new Stretches(this.#source, facts);
    this.#list = new RegionList(facts.criteria, (row) => this.#go(row));
    this.#judge = new Judge(facts.formula, facts.criteria);
    this.#openMap();
    this.#buildTools();
    answerSearches(facts, (point) => this.#map.setView(point, CLOSE));
    addEventListener("hashchange", () => this.#followAddress());
    this.#followAddress();
    // Without one the page works, as long as there is a network.
    startWorker(facts.version, this.#listSeen).catch(() => {});
  }

  #openMap() {
    const [west, south, east, north] = this.#facts.bounds;
    this.#map = L.map("map", { minZoom: 3, maxZoom: 19, attributionControl: false });
    dressMap(this.#map, this.#facts);
    showLegend(null);
    this.#scale = addScale(this.#map);
    this.#drawNumbers = makeNumbers(this.#map, () => this.#listed, null);
    this.#map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { maxZoom: 16, animate: false },
    );
    this.#drawTiles();
    fitListToPaper();
    fitToPaper(this.#map, () => this.#view.selected?.line ?? null);
    // Paper is light, but no tile is drawn anew while the browser prints.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      if (!matchMedia("print").matches) this.#drawTiles();
    });
    this.#map.on("moveend", () => {
      this.#keepAddress();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#readView(), WAIT_MS);
    });
    this.#map.on("click", ({ latlng }) => this.#pick(latlng));
    this.#readView();
  }

  /** Draw ground and stretches in the colours of the present theme. */
  #drawTiles() {
    this.#ground?.remove();
    document.body.classList.toggle("drawn-dark", matchMedia("(prefers-color-scheme: dark)").matches);
    this.#ground = protomapsL
      .leafletLayer({
        url: this.#source.p,
        attribution: "",
        lang: "en",
        maxDataZoom: FINEST,
        paintRules: [...drawGround(readColour), ...this.#drawRatings()],
        labelRules: writeNames(readColour),
      })
      .addTo(this.#map);
  }

  #drawRatings() {
    const rate = (props) => {
      const judged = { ...props, ...this.#judge.judgeTile(props) };
      return passesFilters(judged, this.#view.filters) ? judged.rating : null;
    };
    return drawStretches(this.#facts.layer, rate, readColour("casing"));
  }

  #buildTools() {
    const locator = new Locator(this.#map, (me) => this.#moveReader(me));
    const keep = makeKeepButton(
      () => this.#getCorners(),
      ({ z, x, y }) => this.#source.p.getZxy(z, x, y),
      this.#listSeen,
    );
    const act = {
      locate: () => locator.toggle(),
      show: () => this.#show(),
      filter: () => this.#filter(),
      weigh: (weights) => this.#weigh(weights),
      useUnits: (system) => this.#changeUnits(system),
      goNearer: () => this.#map.setZoom(FINEST + 1),
      getCentre: () => [this.#map.getCenter().lat, this.#map.getCenter().lng],
    };
    this.#followMap = buildTools({ facts: this.#facts, view: this.#view, weights: this.#judge.own, keep }, act);
    this.#followMap(this.#rows);
  }

  /** Judge by these weights, by the profile's where they are null; the map follows when the hand rests. */
  #weigh(weights) {
    this.#view.weights = weights;
    this.#judge.useWeights(weights);
    this.#rows = this.#judge.order(this.#rows);
    this.#filter();
  }

  #moveReader(me) {
    const known = this.#view.me !== null;
    const [west, south, east, north] = this.#facts.bounds;
    const isHere = ([lat, lon]) => lat > south && lat < north && lon > west && lon < east;
    this.#view.me = me;
    if (known !== (me !== null)) {
      this.#view.sortBy = me ? BY_ME : BY_RANK;
      this.#followMap(this.#rows);
    }
    // From elsewhere the region is still what is looked at: the cards say how far it is.
    if (me && !known && isHere(me.point)) this.#map.setView(me.point, Math.max(CLOSE, this.#map.getZoom()));
    this.#show();
  }

  #changeUnits(system) {
    useUnits(system);
    rememberUnits(system);
    document.dispatchEvent(new Event(UNITS_CHANGED));
    this.#scale.remove();
    this.#scale = addScale(this.#map);
    this.#show();
  }

  /** Show what passes the filters: the list at once, the map when the hand rests. */
  #filter() {
    this.#show();
    clearTimeout(this.#redraw);
    this.#redraw = setTimeout(() => this.#drawTiles(), WAIT_MS);
  }

  /** Read the stretches in view, and show them. */
  async #readView() {
    const bounds = this.#map.getBounds();
    try {
      const rows = await this.#stretches.readBox(...this.#getCorners(), this.#map.getZoom());
      if (!bounds.equals(this.#map.getBounds())) return; // the map has moved on
      this.#rows = this.#judge.order(rows);
      sayTrouble();
      this.#followMap(this.#rows);
      this.#show();
      document.documentElement.dataset.ready = "yes";
    } catch {
      sayTrouble("a piece of the map");
    }
  }

  /** Return the south-west and north-east corners of what is in view. */
  #getCorners() {
    const bounds = this.#map.getBounds();
    return [bounds.getSouthWest(), bounds.getNorthEast()].map(({ lat, lng }) => [lat, lng]);
  }

  /** Show what is in view in list and map, the chosen stretch among it. */
  #show() {
    const { selected } = this.#view;
    const passing = this.#rows.filter((row) => passesFilters(row, this.#view.filters));
    const best = sortRows(passing, this.#view, this.#facts.criteria).slice(0, MOST);
    if (selected) this.#judge.order([selected]);
    const rows = best.map((row) => (row.key === selected?.key ? selected : row));
    if (selected && !rows.includes(selected)) rows.unshift(selected);
    rows.forEach((row, i) => {
      row.rank = i + 1;
    });
    const reweighed = this.#view.weights !== null && this.#rows.every(({ whole }) => whole);
    this.#list.show(rows, describeCount(rows.length, passing.length, this.#rows.length, reweighed), this.#view);
    this.#lines?.remove();
    this.#lines = new StretchLines(this.#map, rows, (row) => {
      this.#go(row);
      this.#list.focus(row);
    });
    this.#lines.show(this.#view);
    if (selected) {
      this.#lines.open(selected);
      writeWayThere(selected, this.#view.me);
    }
    this.#listed = rows;
    this.#drawNumbers(this.#view);
  }

  /** Choose the best stretch near a click that none of the list is under. */
  #pick({ lat, lng }) {
    const near = [...this.#ground.queryTileFeaturesDebug(lng, lat).values()].flat();
    const keys = new Set(near.map(({ feature }) => feature.props.key));
    const row = this.#rows.find((row) => keys.has(row.key) && passesFilters(row, this.#view.filters));
    if (row) this.#go(row);
  }

  /** Choose through the address, so that a choice can be sent and the back button works. */
  #go(row) {
    if (row) location.hash = `#s${row.key}`;
    else {
      this.#view.selected = null;
      this.#keepAddress();
      this.#choose(null);
    }
  }

  /** Keep in the address where the map looks, unless it names a stretch. */
  #keepAddress() {
    if (this.#view.selected) return;
    const { lat, lng } = this.#map.getCenter();
    history.replaceState(null, "", formatPosition({ zoom: Math.round(this.#map.getZoom()), lat, lng }));
  }

  async #followAddress() {
    const [key, there] = [readKey(location.hash), readPosition(location.hash)];
    if (there) {
      this.#choose(null);
      this.#map.setView([there.lat, there.lng], there.zoom);
    }
    if (!key) return;
    try {
      this.#choose(await this.#stretches.readOne(key));
    } catch {
      sayTrouble("this stretch");
    }
  }

  #choose(row) {
    this.#view.selected = row;
    document.body.classList.toggle("chosen", row !== null);
    writeSheet({}, row);
    byId("status").textContent = row ? `Stretch chosen: ${row.name}` : "No stretch chosen";
    if (row) showLine(this.#map, row.line, { animate: true });
    this.#show();
    if (row) this.#list.scrollTo(row);
  }
}

async function startPage() {
  sayTrouble();
  if (location.protocol === "file:") return;
  try {
    const answer = await fetch("scan.json");
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    new RegionPage(await answer.json());
  } catch {
    sayTrouble("scan.json");
  }
}

startPage();
