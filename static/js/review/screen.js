// What is the review screen? <review-screen>: the only one that knows the viewer, the boxes, the fields and the keys.

import { Attention } from "./attention.js"
import { Crop } from "./crop.js"
import { Drafts } from "./drafts.js"
import { BOX_CHOSEN, HERE, NOT_SHOWN, POINTED, tell } from "./events.js"
import { Fields, stateOf } from "./fields.js"
import { shares } from "./geometry.js"
import { Keyboard, changed, send } from "./keyboard.js"
import { Overlay } from "./overlay.js"
import { Thumbnails } from "./thumbnails.js"
import { Toolbar } from "./toolbar.js"
import { Viewer } from "./viewer.js"

const HERE_EVERY = 4 * 60 * 1000

class ReviewScreen extends HTMLElement {
  #leaving
  #viewer
  #toolbar
  #overlay
  #thumbnails
  #crop
  #fields
  #keyboard
  #drafts
  #attention
  #form
  #pointed = ""
  #waiting = false

  // Lifecycle

  connectedCallback() {
    this.#leaving = new AbortController()
    const { signal } = this.#leaving
    this.#fields = new Fields(this, signal)
    this.#keyboard = new Keyboard(this, signal)
    this.#drafts = new Drafts(this, this.dataset.task, signal)
    this.#attention = new Attention(this, signal)
    this.#show(signal)
    this.#listen(signal)
    this.#settled()
  }

  disconnectedCallback() {
    this.#leaving.abort()
  }

  #show(signal) {
    const pane = this.querySelector("[data-document]")
    if (!pane) return
    this.#viewer = new Viewer(pane, signal)
    this.#toolbar = new Toolbar(pane, this.#viewer, signal)
    this.#overlay = new Overlay(pane, signal, () => this.#viewer.rotation)
    this.#thumbnails = new Thumbnails(pane, this.#viewer, signal)
    this.#crop = new Crop(this, this.#viewer, signal)
    this.#viewer.open()
  }

  #listen(signal) {
    const on = (name, hear) => this.addEventListener(name, hear, { signal })
    on("htmx:afterSettle", () => this.#soon())
    on(BOX_CHOSEN, ({ detail }) => this.#fields.go(detail.path))
    on(POINTED, ({ detail }) => this.#point(detail.path))
    on(NOT_SHOWN, ({ detail, target }) => this.#refuse(target, detail.reason))
    on("pointerover", ({ target }) => this.#over(target))
    on("click", ({ target }) => this.#look(target))
    this.addEventListener("submit", (event) => this.#leave(event), { signal, capture: true })
    const timer = setInterval(() => document.visibilityState === "visible" && tell(this, HERE), HERE_EVERY)
    signal.addEventListener("abort", () => clearInterval(timer), { once: true })
  }

  // Actions

  // One answer of the server settles in several places; the screen is read once, when all of them are there.
  #soon() {
    if (this.#waiting) return
    this.#waiting = true
    queueMicrotask(() => {
      this.#waiting = false
      if (!this.#leaving.signal.aborted) this.#settled()
    })
  }

  #settled() {
    this.#fields.read()
    const { all, focused } = this.#fields
    this.#overlay?.show(all.map((one) => ({ ...one, state: stateOf(one, focused) })))
    this.#thumbnails?.show(all)
    const form = this.querySelector("#focus")
    if (form !== this.#form) this.#arrive(form, this.#fields.get(focused)?.boxes ?? [])
  }

  // Another field came into focus, or the same one with an answer of the server.
  #arrive(form, boxes) {
    this.#form = form
    this.querySelector(".refused")?.remove()
    this.#attention.arrive(form)
    this.#keyboard.enter()
    this.#drafts.restore()
    this.#keyboard.mark()
    this.#crop?.show(boxes)
    const first = boxes.find(({ b, s }) => shares(b, ...s))
    if (first) this.#viewer?.reveal(first.p, shares(first.b, ...first.s))
  }

  #point(path) {
    if (path === this.#pointed) return
    this.#pointed = path
    this.#overlay?.highlight(path)
    this.#fields.highlight(path)
  }

  #over(target) {
    if (target.closest("[data-document]")) return // the overlay says itself what the pointer is over
    this.#point(target.closest(".field[data-path], td[data-path]")?.dataset.path ?? "")
  }

  #look(target) {
    const words = target.closest("[data-find]")?.dataset.find
    if (words !== undefined) this.#toolbar?.find(words)
  }

  #refuse(pane, reason) {
    pane.removeAttribute("data-waiting")
    for (const said of pane.querySelectorAll("[data-reason]")) said.hidden = said.dataset.reason !== reason
  }

  // Letters that are typed but not saved are saved first; the task is then approved by a second press.
  #leave(event) {
    const form = this.querySelector("#focus")
    if (!event.target.matches("[data-leaves]") || !changed(form)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    send(form)
  }
}

customElements.define("review-screen", ReviewScreen)
