// How does one see all pages at once? A strip of small pages beside the paper: which one is shown, which have fields to check.

import { OPENED, VIEW_CHANGED } from "./events.js"
import { Sketches } from "./sketches.js"

const KEPT = "thumbnails" // in sessionStorage while the strip is open in this tab
const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }

// Actions

/** What is to check on each page: [{boxes, needsEyes, verdict}] -> Map page -> fields still to check, 0 when all are.
    A field counts on every page where it has a box; a page without a field that needs eyes is not in it. Pure. */
export function toCheck(fields) {
  const left = new Map()
  for (const { boxes, verdict } of fields.filter(({ needsEyes }) => needsEyes))
    for (const page of new Set(boxes.map(({ p }) => p))) left.set(page, (left.get(page) ?? 0) + (verdict ? 0 : 1))
  return left
}

export class Thumbnails {
  #viewer
  #strip
  #button
  #sketches
  #plural
  #pages = 0
  #page = 1
  #manner = "" // how the pages are drawn
  #buttons = [] // at page - 1; made when the strip is opened first
  #left = new Map()

  // Lifecycle

  constructor(pane, viewer, signal) {
    this.#viewer = viewer
    this.#strip = pane.querySelector("#thumbnails")
    this.#button = pane.querySelector('[aria-controls="thumbnails"]')
    this.#sketches = new Sketches(this.#strip, pane, viewer, signal)
    this.#plural = new Intl.PluralRules(document.documentElement.lang || undefined)
    const on = (target, name, hear) => target.addEventListener(name, hear, { signal })
    on(this.#button, "click", () => this.#toggle(this.#strip.hidden))
    on(this.#strip, "click", ({ target }) => this.#go(target.closest("button")))
    on(this.#strip, "keydown", (event) => this.#step(event))
    on(pane, OPENED, ({ detail }) => this.#arrive(detail.pages))
    on(pane, VIEW_CHANGED, ({ detail }) => "percent" in detail && this.#follow(detail))
    // Before the first page is drawn, so that it is drawn once, at its width beside the strip.
    if (!this.#button.hidden && sessionStorage.getItem(KEPT)) this.#toggle(true)
  }

  #arrive(pages) {
    this.#pages = pages
    this.#button.hidden = pages < 2
    if (pages < 2) this.#strip.hidden = true
    if (!this.#strip.hidden) this.#build()
  }

  // Actions

  /** The fields as they are now (fields.js): the pages' marks follow. */
  show(fields) {
    this.#left = toCheck(fields)
    for (const button of this.#buttons) this.#mark(button)
  }

  // Private

  #toggle(open) {
    if (!open && this.#strip.contains(document.activeElement)) this.#button.focus()
    this.#strip.hidden = !open
    this.#button.setAttribute("aria-expanded", open)
    if (open) sessionStorage.setItem(KEPT, "open")
    else sessionStorage.removeItem(KEPT)
    if (open) this.#build()
  }

  #build() {
    const [list, model] = this.#strip.querySelectorAll("ol, template")
    for (let page = this.#buttons.length + 1; page <= this.#pages; page++) {
      const item = model.content.cloneNode(true)
      const button = item.querySelector("button")
      button.value = page
      part(button, "name").textContent = this.#strip.dataset.name.replace("{page}", page)
      part(button, "number").textContent = page
      this.#buttons.push(button)
      this.#mark(button)
      list.append(item)
      this.#sketches.add(part(button, "paper"), page)
    }
    this.#stand()
  }

  // Words with figures come from the page: data-one, data-other and what else the plurals of its language need.
  #mark(button) {
    const left = this.#left.get(Number(button.value))
    const { dataset } = this.#strip
    const state = left === undefined ? "none" : left ? "open" : "checked"
    const words = { none: "", open: dataset[this.#plural.select(left ?? 0)] ?? dataset.other, checked: dataset.checked }
    button.dataset.state = state
    part(button, "says").textContent = words[state].replace("{n}", left)
  }

  #go(button) {
    if (button) this.#viewer.turnTo(Number(button.value))
  }

  #step(event) {
    const step = STEPS[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    const to = this.#buttons.indexOf(document.activeElement) + step
    this.#buttons[Math.min(Math.max(to, 0), this.#buttons.length - 1)]?.focus()
  }

  #follow({ page, rotation }) {
    const manner = `${rotation} ${devicePixelRatio}`
    if (manner !== this.#manner) this.#sketches.refresh()
    this.#manner = manner
    this.#page = page
    this.#stand()
  }

  // The page that is shown is marked, is where Tab comes in, and stands in the strip's view.
  #stand() {
    const now = this.#buttons[this.#page - 1]
    for (const one of this.#buttons) {
      one.tabIndex = one === now ? 0 : -1
      if (one === now) one.setAttribute("aria-current", "page")
      else one.removeAttribute("aria-current")
    }
    const { offsetTop: top = 0, offsetHeight: high = 0 } = now ?? {}
    const { scrollTop, clientHeight } = this.#strip
    if (top < scrollTop || top + high > scrollTop + clientHeight) this.#strip.scrollTop = top + high / 2 - clientHeight / 2
  }
}

function part(button, name) {
  return button.querySelector(`[data-part="${name}"]`)
}
