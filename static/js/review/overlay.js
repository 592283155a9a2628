// Where on the page do the values stand? One more layer on each drawn page: a rectangle for every box, in shares of the page.
// The layer lets the pointer through, so text stays selectable; what is under the pointer is reckoned from the shares.

import { BOX_CHOSEN, PAGE_DRAWN, POINTED, VIEW_CHANGED, tell } from "./events.js"
import { shares, smallestAt, turn } from "./geometry.js"

const SVG = "http://www.w3.org/2000/svg"

export class Overlay {
  #pane
  #rotation = () => 0
  #boxes = new Map() // page -> [{path, state, shares as stored}]
  #layers = new Map() // page -> {element, svg, drawn: [{path, shares as shown, rect}]}

  // Lifecycle

  /** rotation: () -> degrees by which the view is turned. */
  constructor(pane, signal, rotation) {
    this.#pane = pane
    this.#rotation = rotation
    pane.addEventListener(PAGE_DRAWN, ({ detail }) => this.#draw(detail.page, detail.element), { signal })
    pane.addEventListener(VIEW_CHANGED, ({ detail }) => "percent" in detail && this.#redraw(), { signal })
    pane.addEventListener("pointermove", (event) => this.#move(event), { signal })
    pane.addEventListener("pointerleave", () => this.#point(""), { signal })
    pane.addEventListener("click", (event) => this.#click(event), { signal })
  }

  // Actions

  /** fields: [{path, state, boxes: [{p, b, s}]}]; state: "faint", "doubt", "decided" or "current". */
  show(fields) {
    this.#boxes.clear()
    for (const { path, state, boxes } of fields)
      for (const { p, b, s } of boxes) {
        const part = shares(b, ...s)
        if (!part) continue
        if (!this.#boxes.has(p)) this.#boxes.set(p, [])
        this.#boxes.get(p).push({ path, state, shares: part })
      }
    this.#redraw()
  }

  /** Draw the boxes of this value fully while it is pointed at; "" for none. */
  highlight(path) {
    for (const { drawn } of this.#layers.values())
      for (const one of drawn) one.rect.classList.toggle("pointed", one.path === path)
  }

  // Private

  #redraw() {
    for (const [page, { element }] of this.#layers) this.#draw(page, element)
  }

  // pdf.js empties a page's element when it is drawn anew, so the layer joins it again each time.
  #draw(page, element) {
    const svg = this.#layers.get(page)?.svg ?? this.#layer(page)
    const rotation = this.#rotation()
    const order = { faint: 0, decided: 1, doubt: 2, current: 3 }
    const drawn = [...(this.#boxes.get(page) ?? [])]
      .sort((one, other) => order[one.state] - order[other.state])
      .map(({ path, state, shares: stored }) => this.#box(path, state, turn(stored, rotation)))
    svg.replaceChildren(...drawn.map(({ rect }) => rect))
    this.#layers.set(page, { element, svg, drawn })
    if (svg.parentNode !== element || element.lastChild !== svg) element.append(svg)
  }

  #layer(page) {
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("class", "boxes")
    svg.setAttribute("aria-hidden", "true") // the list of fields says the same in words
    svg.dataset.page = page
    return svg
  }

  #box(path, state, shown) {
    const rect = document.createElementNS(SVG, "rect")
    rect.setAttribute("class", state)
    rect.dataset.path = path
    ;["x", "y", "width", "height"].forEach((side, at) => rect.setAttribute(side, `${shown[at] * 100}%`))
    return { path, shares: shown, rect }
  }

  #at({ target, clientX, clientY }) {
    const element = target.closest?.(".page")
    const layer = element && this.#layers.get(Number(element.dataset.pageNumber))
    if (!layer) return ""
    const { left, top, width, height } = element.getBoundingClientRect()
    return smallestAt(layer.drawn, (clientX - left) / width, (clientY - top) / height)?.path ?? ""
  }

  #move(event) {
    this.#point(event.buttons ? "" : this.#at(event))
  }

  #point(path) {
    this.#pane.classList.toggle("over-box", path !== "")
    tell(this.#pane, POINTED, { path })
  }

  #click(event) {
    const path = getSelection().isCollapsed ? this.#at(event) : ""
    if (path) tell(this.#pane, BOX_CHOSEN, { path })
  }
}
