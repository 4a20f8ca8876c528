// The page of a search or a session: joins list, map and tools over what its reader has chosen.

import { byId, el } from "../dom.js";
import { useUnits } from "../words.js";
import { drawBase, readLayers } from "./base.js";
import { buildControls } from "./controls.js";
import { buildExcluded } from "./excluded.js";
import { startView } from "./filters.js";
import { buildFrame } from "./frame.js";
import { drawLabels } from "./labels.js";
import { showLegend } from "./legend.js";
import { StretchLines } from "./lines.js";
import { StretchList } from "./list.js";
import { readStretches } from "./payload.js";
import { Scorer } from "./score.js";
import { buildSession, readSession } from "./session.js";
import { addSign, drawTiles, openMap, showAll, showLine } from "./view.js";

class Page {
  #data;
  #stretches;
  #session;
  #scorer;
  #view = startView();
  #order;
  #list;
  #map;
  #lines;
  #pending = null; // whether to reorder when changes are shown; null while there is none

  constructor(data) {
    useUnits(data.units);
    this.#data = data;
    this.#stretches = readStretches(data.stretches, data.criteria);
    this.#session = data.session && readSession(data.session);
    this.#scorer = new Scorer(data.formula, data.criteria);
    this.#buildList();
    this.#buildMap();
    this.#order = this.#rank();
    this.#showChanges();
    addEventListener("hashchange", () => this.#followAddress());
    this.#followAddress();
  }

  #buildList() {
    const { criteria } = this.#data;
    buildFrame(this.#data, this.#stretches);
    this.#list = new StretchList(this.#data, this.#stretches, this.#view, (row) => this.#go(row));
    if (this.#stretches.length && !this.#session) {
      // A session's stretches are chosen.
      const refresh = (change) => this.#refresh(change);
      buildControls(criteria, this.#stretches, this.#scorer.weights, this.#view, refresh);
    }
  }

  #buildMap() {
    const { base, place } = this.#data;
    const layers = readLayers(base);
    this.#map = openMap(this.#data);
    this.#look();
    drawTiles(this.#map);
    drawBase(this.#map, layers, this.#data, () => this.#look());
    drawLabels(this.#map, base);
    this.#lines = new StretchLines(this.#map, this.#stretches, (row) => {
      this.#go(row);
      this.#list.focus(row);
    });
    buildExcluded(this.#map, this.#data, layers);
    if (this.#session) buildSession(this.#map, this.#session, this.#data);
    else addSign(this.#map, [place.lat, place.lon], el("span", { class: "place" }), [18, 18]);
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
    this.#lines.show(this.#view, this.#data.criteria);
    if (row) {
      this.#list.open(row);
      this.#lines.open(row);
      this.#look({ animate: true });
      this.#list.scrollTo(row);
    }
    byId("status").textContent = row ? `Stretch ${row.place} chosen: ${row.name}` : "No stretch chosen";
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
  #refresh({ reorder = false } = {}) {
    if (this.#pending === null) queueMicrotask(() => this.#showChanges());
    this.#pending = reorder || this.#pending === true;
  }

  #showChanges() {
    const { selected } = this.#view;
    const { criteria } = this.#data;
    const reorder = this.#pending;
    this.#pending = null;
    if (reorder) this.#order = this.#rank();
    this.#list.show(this.#order);
    this.#lines.show(this.#view, criteria);
    showLegend(this.#stretches, this.#view, criteria, this.#session !== null);
    if (selected && reorder) this.#list.renewDetails(selected);
  }

  /** Score the stretches under the present weights, and number them; a session has numbers of its own. */
  #rank() {
    const order = this.#scorer.reweigh(this.#stretches, this.#view.weights);
    order.forEach((row, i) => {
      row.place = this.#session ? row.rank : i + 1;
    });
    return order;
  }
}

new Page(JSON.parse(byId("saferoute-data").textContent));
