// What does the value look like on the page? A magnified piece of the drawn page, beside the input.

import { PAGE_DRAWN } from "./events.js"
import { around, lens, shares, turn } from "./geometry.js"

export class Crop {
  #root
  #viewer
  #boxes = []

  // Lifecycle

  constructor(root, viewer, signal) {
    this.#root = root
    this.#viewer = viewer
    root.addEventListener(PAGE_DRAWN, ({ detail }) => detail.page === this.#page && this.#draw(), { signal })
    addEventListener("resize", () => this.#draw(), { signal })
  }

  // Actions

  /** boxes: [{p, b, s}] of the value in focus. Those of the first page are shown. */
  show(boxes) {
    this.#boxes = boxes.filter(({ b, s }) => shares(b, ...s))
    this.#draw()
  }

  // Private

  get #figure() {
    return this.#root.querySelector("#focus figure.evidence")
  }

  get #page() {
    return this.#boxes[0]?.p
  }

  #draw() {
    const figure = this.#figure
    const { element, canvas: ink } = this.#page ? this.#viewer.page(this.#page) : {}
    if (!figure || !ink?.width) return
    const page = { width: element.clientWidth, height: element.clientHeight }
    const marks = this.#boxes.filter(({ p }) => p === this.#page).map(({ b, s }) => turn(shares(b, ...s), this.#viewer.rotation))
    const pane = { width: figure.clientWidth, height: figure.clientHeight }
    const part = lens(around(marks), page, pane)
    this.#paint(figure.querySelector("canvas"), ink, { page, pane, part })
    this.#mark(figure.querySelector("svg"), marks, { page, pane, part })
    figure.dataset.drawn = this.#page
  }

  #paint(canvas, ink, { page, pane, part }) {
    const dense = devicePixelRatio || 1
    canvas.width = Math.round(pane.width * dense)
    canvas.height = Math.round(pane.height * dense)
    const brush = canvas.getContext("2d")
    brush.fillStyle = "#fff"
    brush.fillRect(0, 0, canvas.width, canvas.height)
    brush.imageSmoothingQuality = "high"
    const k = ink.width / page.width
    brush.drawImage(ink, part.x * k, part.y * k, part.width * k, part.height * k, 0, 0, canvas.width, canvas.height)
  }

  #mark(svg, marks, { page, pane, part }) {
    const rects = marks.map(([x, y, w, h]) => {
      const rect = document.createElementNS(svg.namespaceURI, "rect")
      rect.setAttribute("class", "mark mark-now")
      const sides = { x: x * page.width - part.x, y: y * page.height - part.y, width: w * page.width, height: h * page.height }
      for (const [side, length] of Object.entries(sides)) rect.setAttribute(side, length * part.zoom)
      return rect
    })
    svg.setAttribute("viewBox", `0 0 ${pane.width} ${pane.height}`)
    svg.replaceChildren(...rects)
  }
}
