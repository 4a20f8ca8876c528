// Elements of a document that lays nothing out and draws nothing.

/** A node of text. */
class Text {
  constructor(text) {
    this.textContent = text;
  }

  remove() {
    this.parentNode?.removeChild(this);
  }
}

/** An element of HTML or SVG. */
export class Element extends EventTarget {
  childNodes = [];
  parentNode = null;
  style = new Style();
  hidden = false;
  value = "";
  checked = false;
  open = false;
  scrolled = 0; // how often it was asked into sight
  #attributes = new Map();
  #pen = null;

  constructor(tag) {
    super();
    this.tag = tag;
  }

  setAttribute(name, value) {
    this.#attributes.set(name, String(value));
    // What a page or its reader may change later is a property of its own, and starts as the attribute says.
    if (name === "checked") this.checked = true;
    if (["value", "href", "title"].includes(name)) this[name] = String(value);
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  get id() {
    return this.getAttribute("id") ?? "";
  }

  set id(value) {
    this.setAttribute("id", value);
  }

  get className() {
    return this.getAttribute("class") ?? "";
  }

  set className(value) {
    this.setAttribute("class", value);
  }

  get classList() {
    const names = () => this.className.split(/\s+/).filter(Boolean);
    const toggle = (name, on = !names().includes(name)) => {
      this.className = [...names().filter((other) => other !== name), ...(on ? [name] : [])].join(" ");
    };
    return {
      add: (name) => toggle(name, true),
      remove: (name) => toggle(name, false),
      toggle,
      contains: (name) => names().includes(name),
    };
  }

  get dataset() {
    const key = (name) => `data-${String(name)}`;
    return new Proxy(this.#attributes, {
      get: (attributes, name) => attributes.get(key(name)),
      set: (attributes, name, value) => attributes.set(key(name), String(value)) !== null,
      deleteProperty: (attributes, name) => attributes.delete(key(name)) || true,
    });
  }

  get valueAsNumber() {
    return Number(this.value);
  }

  get children() {
    return this.childNodes.filter((node) => node instanceof Element);
  }

  get firstChild() {
    return this.childNodes[0] ?? null;
  }

  get firstElementChild() {
    return this.children[0] ?? null;
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  set textContent(text) {
    this.replaceChildren(text);
  }

  append(...nodes) {
    this.#insert(this.childNodes.length, nodes);
  }

  prepend(...nodes) {
    this.#insert(0, nodes);
  }

  before(node) {
    this.parentNode.#insert(this.parentNode.childNodes.indexOf(this), [node]);
  }

  replaceChildren(...nodes) {
    for (const node of [...this.childNodes]) node.remove();
    this.append(...nodes);
  }

  replaceWith(node) {
    this.before(node);
    this.remove();
  }

  removeChild(node) {
    this.childNodes = this.childNodes.filter((other) => other !== node);
    node.parentNode = null;
  }

  remove() {
    this.parentNode?.removeChild(this);
  }

  #insert(at, nodes) {
    const made = nodes.map((node) => (node instanceof Element || node instanceof Text ? node : new Text(String(node))));
    for (const node of made) {
      node.remove();
      node.parentNode = this;
    }
    this.childNodes.splice(at, 0, ...made);
  }

  contains(node) {
    return node === this || this.children.some((child) => child.contains(node));
  }

  /** Return the elements below that match a selector of tags, ids, classes, attributes and descendants. */
  querySelectorAll(selector) {
    const ways = selector.split(",").map((way) => way.trim().split(/\s+/));
    return this.#listBelow().filter((node) => ways.some((steps) => node.#matches(steps)));
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  closest(selector) {
    if (selector.split(",").some((way) => this.#matches([way.trim()]))) return this;
    return this.parentNode?.closest(selector) ?? null;
  }

  #listBelow() {
    return this.children.flatMap((child) => [child, ...child.#listBelow()]);
  }

  #matches(steps) {
    const [own, ...above] = [...steps].reverse();
    if (!this.#fits(own)) return false;
    for (let node = this.parentNode; above.length && node; node = node.parentNode)
      if (node.#fits(above[0])) above.shift();
    return above.length === 0;
  }

  #fits(step) {
    return step.match(/^[\w-]+|[#.][\w-]+|\[[^\]]+\]/g).every((part) => {
      if (part[0] === "#") return this.id === part.slice(1);
      if (part[0] === ".") return this.classList.contains(part.slice(1));
      if (part[0] !== "[") return this.tag === part;
      const [name, value] = part.slice(1, -1).split("=");
      return value === undefined ? this.#attributes.has(name) : this.getAttribute(name) === value;
    });
  }

  click() {
    this.dispatchEvent(new Event("click"));
  }

  /** Open a dialog. */
  showModal() {
    this.open = true;
  }

  /** Close a dialog. */
  close() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }

  focus() {
    document.activeElement = this;
  }

  scrollIntoView() {
    this.scrolled += 1;
  }

  getBoundingClientRect() {
    return { left: 0, top: 0, width: 300, height: 200 };
  }

  getContext() {
    this.#pen ??= new Pen();
    return this.#pen;
  }
}

/** What draws on a canvas: `drawn` tells the colours in their order, with the widths of lines. */
class Pen {
  drawn = [];

  setTransform() {}
  scale() {}
  setLineDash() {}

  clearRect() {
    this.drawn = [];
  }

  fill() {
    this.drawn.push(this.fillStyle);
  }

  stroke() {
    this.drawn.push(`${this.strokeStyle} ${this.lineWidth}`);
  }
}

class Style {
  setProperty(name, value) {
    this[name] = value;
  }

  getPropertyValue(name) {
    return this[name] ?? "";
  }
}
