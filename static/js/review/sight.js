// How does a stretch of a page come into comfortable sight, and stay there while pages take their size?

import { comfortable, turn } from "./geometry.js"

const CALM = matchMedia("(prefers-reduced-motion: reduce)")

export class Sight {
  #view
  #elementOf
  #rotation
  #wanted

  // Lifecycle

  /** view: what scrolls; elementOf: page -> its element or null; rotation: () -> degrees by which the view is turned. */
  constructor(view, elementOf, rotation, signal) {
    this.#view = view
    this.#elementOf = elementOf
    this.#rotation = rotation
    for (const name of ["wheel", "pointerdown", "touchmove"])
      view.addEventListener(name, () => this.forget(), { signal, passive: true })
  }

  // Actions

  /** shares: of the page as stored. */
  want(page, shares) {
    this.#wanted = { page, shares }
    this.walk()
  }

  /** The person goes somewhere else. */
  forget() {
    this.#wanted = null
  }

  /** Go to what is wanted, or only if it is on this page. Sizes of far pages are known only when they are loaded, so the way
      is walked again until the person scrolls. */
  walk(page = this.#wanted?.page) {
    const element = this.#wanted && this.#wanted.page === page && this.#elementOf(page)
    if (!element) return
    const view = this.#view
    const [x, y, w, h] = turn(this.#wanted.shares, this.#rotation())
    const { clientWidth: wide, clientHeight: high } = element
    const top = comfortable(view.scrollTop, view.clientHeight, element.offsetTop + y * high, h * high)
    const left = comfortable(view.scrollLeft, view.clientWidth, element.offsetLeft + x * wide, w * wide)
    if (top === view.scrollTop && left === view.scrollLeft) return
    // Only a short way is gone step by step; pdf.js's own jumps stay jumps.
    const near = Math.abs(top - view.scrollTop) < 2 * view.clientHeight
    view.scrollTo({ top, left, behavior: near && !CALM.matches ? "smooth" : "instant" })
  }
}
