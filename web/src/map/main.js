// The page of a search or a session: joins list, map and tools over what its reader has chosen.

import { byId, el } from "../dom.js";
import { useUnits } from "../words.js";
import { drawBase, readLayers } from "./base.js";
import { UNITS_CHANGED } from "./controls.js";
import { buildExcluded } from "./excluded.js";
import { startView } from "./filters.js";
import { keepClearOfCaution, writeFrame } from "./frame.js";
import { makeLabels } from "./labels.js";
import { OF_SEARCH, OF_SESSION, showLegend } from "./legend.js";
import { StretchLines } from "./lines.js";
import { StretchList } from "./list.js";
import { Locator, writeWayThere } from "./locate.js";
import { makeNumbers } from "./numbers.js";
import { BY_ME, BY_RANK, sortRows } from "./order.js";
import { fitListToPaper } from "./paper.js";
import { readStretches } from "./payload.js";
import { Scorer } from "./score.js";
import { drawSession, readSession, writeSession } from "./session.js";
import { writeSheet } from "./sheet.js";
import { buildTools } from "./tools.js";
import { recallUnits, rememberUnits } from "./units.js";
import { unpackJson } from "./unpack.js";
import { addScale, addSign, drawTiles, openMap, showAll, showLine } from "./view.js";

class Page {
  #data;
  #stretches;
  #session;
  #scorer;
  #view = startView();
  #ranked; // rows in the order of the weights
  #list;
  #map;
  #lines;
  #drawTexts;
  #scale;
  #excluded;
  #writeOrders = () => {};
  #pending = null; // whether to rank anew when changes are shown; null while there is none

  constructor(data) {
    useUnits(recallUnits(data.units));
    this.#data = data;
    this.#stretches = readStretches(data.stretches, data.criteria);
    this.#session = data.session && readSession(data.session);
    this.#scorer = new Scorer(data.formula, data.criteria);
    this.#list = new StretchList(data, this.#stretches, this.#view, (row) => this.#go(row));
    keepClearOfCaution();
    this.#buildMap();
    this.#buildTools();
    this.#writeWords();
    this.#ranked = this.#scorer.reweigh(this.#stretches, null);
    this.#showChanges();
    if (!this.#session) fitListToPaper();
    addEventListener("hashchange", () => this.#followAddress());
    this.#followAddress();
  }

  #buildMap() {
    const { base, place } = this.#data;
    const layers = readLayers(base);
    document.body.classList.add("scripted"); // the still map has had its time, but for paper
    this.#map = openMap(this.#data);
    this.#look();
    drawTiles(this.#map);
    drawBase(this.#map, layers, this.#data, () => this.#look());
    this.#lines = new StretchLines(this.#map, this.#stretches, (row) => {
      this.#go(row);
      this.#list.focus(row);
    });
    this.#excluded = buildExcluded(this.#map, this.#data, layers);
    const point = [place.lat, place.lon];
    if (this.#session) drawSession(this.#map, this.#session);
    else addSign(this.#map, point, el("span", { class: "place" }), [18, 18]);
    showLegend(this.#session ? OF_SESSION : OF_SEARCH);
    // A session numbers its sections, not its stretches.
    const drawNumbers = makeNumbers(
      this.#map,
      () => (this.#session ? [] : this.#stretches),
      this.#session ? null : point,
    );
    const drawLabels = makeLabels(this.#map, base);
    this.#drawTexts = () => drawLabels(drawNumbers(this.#view));
    this.#map.on("zoomend", this.#drawTexts);
  }

  #buildTools() {
    const locator = new Locator(this.#map, (me) => this.#moveReader(me));
    const page = {
      criteria: this.#data.criteria,
      stretches: this.#stretches,
      weights: this.#scorer.weights,
      view: this.#view,
      // A session's stretches are chosen.
      choosable: this.#stretches.length > 0 && !this.#session,
    };
    const act = {
      locate: () => locator.toggle(),
      changed: () => this.#refresh(),
      weigh: (weights) => {
        this.#view.weights = weights;
        this.#refresh({ rank: true });
      },
      useUnits: (system) => this.#changeUnits(system),
    };
    this.#writeOrders = buildTools(page, act, this.#excluded);
  }

  /** Take the reader's new position, null where it is no longer known. */
  #moveReader(me) {
    const known = this.#view.me !== null;
    this.#view.me = me;
    if (known !== (me !== null)) {
      this.#view.sortBy = me ? BY_ME : BY_RANK;
      this.#writeOrders();
    }
    this.#refresh();
  }

  #changeUnits(system) {
    useUnits(system);
    rememberUnits(system);
    document.dispatchEvent(new Event(UNITS_CHANGED));
    this.#writeWords();
    if (this.#view.selected) this.#list.renewDetails(this.#view.selected);
    this.#refresh();
  }

  /** Write what holds lengths besides the list. */
  #writeWords() {
    writeFrame(this.#data, this.#stretches);
    if (this.#session) writeSession(this.#map, this.#session, this.#data);
    writeSheet(this.#data, this.#view.selected);
    this.#scale?.remove();
    this.#scale = addScale(this.#map);
  }

  /** Choose through the address, so that a choice can be sent and the back button works. */
  #go(row) {
    const hash = row ? `#s${row.rank}` : "";
    if (location.hash === hash) this.#followAddress();
    else location.hash = hash;
  }

  #followAddress() {
    const rank = /^#s([0-9]+)$/.exec(location.hash);
    if (location.hash && !rank) return; // the skip link
    this.#choose(this.#stretches.find((row) => rank && row.rank === Number(rank[1])) ?? null);
  }

  #choose(row) {
    const before = this.#view.selected;
    if (before === row) return;
    if (before) {
      this.#list.close(before);
      this.#lines.close();
    }
    this.#view.selected = row;
    document.body.classList.toggle("chosen", row !== null);
    writeSheet(this.#data, row);
    this.#lines.show(this.#view);
    if (row) {
      this.#list.open(row);
      writeWayThere(row, this.#view.me);
      this.#lines.open(row);
      this.#look({ animate: true });
      this.#list.scrollTo(row);
    }
    this.#drawTexts();
    byId("status").textContent = row ? `Stretch ${row.rank} chosen: ${row.name}` : "No stretch chosen";
  }

  /** Turn the map to what is chosen, or to all. */
  #look(how) {
    const { selected } = this.#view;
    if (selected) {
      showLine(this.#map, selected.line, how);
      return;
    }
    const points = [...this.#stretches.flatMap((row) => row.line), ...(this.#session?.route ?? [])];
    showAll(this.#map, points, this.#data);
  }

  /** Show everything again after a change; many changes at once count as one. */
  #refresh({ rank = false } = {}) {
    if (this.#pending === null) queueMicrotask(() => this.#showChanges());
    this.#pending = rank || this.#pending === true;
  }

  #showChanges() {
    const { selected, weights, me } = this.#view;
    const rank = this.#pending;
    this.#pending = null;
    if (rank) this.#ranked = this.#scorer.reweigh(this.#stretches, weights);
    this.#list.show(sortRows(this.#ranked, this.#view, this.#data.criteria));
    this.#lines.show(this.#view);
    this.#drawTexts();
    if (!selected) return;
    if (rank) this.#list.renewDetails(selected);
    writeWayThere(selected, me);
  }
}

unpackJson(byId("saferoute-data").textContent).then((data) => new Page(data));
