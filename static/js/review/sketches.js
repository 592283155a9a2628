// Which small page is drawn next? Only those near the view have a canvas, one is drawn at a time, and only while the paper
// itself has nothing to draw.

import { PAPER_BUSY, PAPER_IDLE } from "./events.js"

const NEAR = "50% 0px"

export class Sketches {
  #viewer
  #watcher
  #places = new Map() // element -> its page
  #near = new Set() // elements
  #done = new Set() // elements that hold their page, or whose page cannot be drawn
  #drawing // {place, stop}

  // Lifecycle

  /** strip: the element that scrolls; pane: where the viewer tells its events. */
  constructor(strip, pane, viewer, signal) {
    this.#viewer = viewer
    pane.addEventListener(PAPER_BUSY, () => this.#drawing?.stop.abort(), { signal })
    pane.addEventListener(PAPER_IDLE, () => this.#draw(), { signal })
    this.#watcher = new IntersectionObserver((all) => this.#look(all), { root: strip, rootMargin: NEAR })
    signal.addEventListener("abort", () => this.#end(), { once: true })
  }

  #end() {
    this.#watcher.disconnect()
    this.#drawing?.stop.abort()
  }

  // Actions

  /** Keep the page drawn in this element while it is near the view. */
  add(place, page) {
    this.#places.set(place, page)
    this.#watcher.observe(place)
  }

  /** Draw anew what is near: the view was turned, or the screen has other pixels. */
  refresh() {
    for (const place of this.#places.keys()) this.#drop(place)
    this.#viewer.whenIdle()
  }

  // Private

  #look(all) {
    for (const { target, isIntersecting } of all) {
      if (isIntersecting) this.#near.add(target)
      else if (this.#near.delete(target)) this.#drop(target)
    }
    this.#viewer.whenIdle()
  }

  // A canvas far away is given up, so a long document takes no more memory than a short one.
  #drop(place) {
    if (this.#drawing?.place === place) this.#drawing.stop.abort()
    this.#done.delete(place)
    const canvas = place.querySelector("canvas")
    if (canvas) canvas.width = canvas.height = 0
    place.replaceChildren()
  }

  async #draw() {
    const place = [...this.#near].find((one) => !this.#done.has(one))
    if (!place || this.#drawing) return
    const stop = new AbortController()
    this.#drawing = { place, stop }
    const size = { width: place.clientWidth * devicePixelRatio, height: place.clientHeight * devicePixelRatio }
    const canvas = await this.#viewer.pieces.sketch(this.#places.get(place), { ...size, signal: stop.signal })
    this.#drawing = null
    if (!stop.signal.aborted) this.#done.add(place)
    if (canvas && !stop.signal.aborted) place.replaceChildren(canvas)
    this.#viewer.whenIdle()
  }
}
