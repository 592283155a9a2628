// What does the value look like on the page? A magnified piece of the drawn page, beside the input.

import { PAGE_DRAWN } from "./events.js"
import { around, lens, shares, turn } from "./geometry.js"

export class Crop {
  #root
  #viewer
  #boxes = []
  #stop = new AbortController() // of the sharper piece that is being drawn

  // Lifecycle

  constructor(root, viewer, signal) {
    this.#root = root
    this.#viewer = viewer
    root.addEventListener(PAGE_DRAWN, ({ detail }) => detail.page === this.#page && this.#draw(), { signal })
    addEventListener("resize", () => this.#draw(), { signal })
    signal.addEventListener("abort", () => this.#stop.abort(), { once: true })
  }

  // Actions

  /** boxes: [{p, b, s}] of the value in focus. Those of the first page are shown. */
  show(boxes) {
    this.#stop.abort()
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
    this.#sharpen(figure, ink, { page, part })
  }

  // The drawn page has too few dots to be magnified: the piece is drawn at its own scale, and takes the quick one's place.
  async #sharpen(figure, ink, { page, part }) {
    this.#stop.abort()
    const canvas = figure.querySelector("canvas")
    const { width, height } = canvas
    if (width / part.width <= 1.05 * (ink.width / page.width)) return
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const share = { x: part.x / page.width, y: part.y / page.height, width: part.width / page.width, height: part.height / page.height }
    const sharp = await this.#viewer.pieces.detail(this.#page, { part: share, width, height, signal })
    if (!sharp || signal.aborted) return
    canvas.getContext("2d").drawImage(sharp, 0, 0)
    figure.dataset.sharp = this.#page
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
