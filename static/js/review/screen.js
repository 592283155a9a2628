// What is the review screen? <review-screen>: the only one that knows the viewer, the boxes, the fields and the keys.

import { Attention } from "./attention.js"
import { Crop } from "./crop.js"
import { Drafts } from "./drafts.js"
import { BOX_CHOSEN, HERE, NOT_SHOWN, POINTED, tell } from "./events.js"
import { Fields, stateOf } from "./fields.js"
import { shares } from "./geometry.js"
import { Keyboard } from "./keyboard.js"
import { Leaving } from "./leaving.js"
import { Overlay } from "./overlay.js"
import { Refusal } from "./refusal.js"
import { forgetWithTheNextAct, say } from "./says.js"
import { Thumbnails } from "./thumbnails.js"
import { Toolbar } from "./toolbar.js"
import { Viewer } from "./viewer.js"

const HERE_EVERY = 4 * 60 * 1000
const WHOLE = [0, 0, 1, 1] // of a page, as shares

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
  #refusal
  #form
  #pointed = ""
  #waiting = false

  // Lifecycle

  connectedCallback() {
    this.#leaving = new AbortController()
    const { signal } = this.#leaving
    this.#fields = new Fields(this, signal)
    this.#keyboard = new Keyboard(this, signal)
    this.#drafts = new Drafts(this, this.dataset.task, this.#fields, signal)
    this.#attention = new Attention(this, signal)
    this.#refusal = new Refusal(this, this.#drafts, signal)
    new Leaving(this, signal)
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
    forgetWithTheNextAct(this, signal)
    on(BOX_CHOSEN, ({ detail }) => this.#fields.go(detail.path))
    on(POINTED, ({ detail }) => this.#point(detail.path))
    on(NOT_SHOWN, ({ detail, target }) => this.#refuse(target, detail.reason))
    on("pointerover", ({ target }) => this.#over(target))
    on("click", ({ target }) => this.#look(target))
    this.addEventListener("close", () => this.#back(), { signal, capture: true })
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
    this.#drafts.mark()
    this.#refusal.bringForward()
  }

  // Another field came into focus, or the same one with an answer of the server.
  #arrive(form, boxes) {
    this.#form = form
    this.#attention.arrive(form)
    this.#say(form)
    this.#drafts.restore()
    this.#keyboard.mark()
    this.#crop?.show(boxes)
    const first = boxes.find(({ b, s }) => shares(b, ...s))
    if (first) this.#viewer?.reveal(first.p, shares(first.b, ...first.s))
    else if (form.dataset.page) this.#viewer?.reveal(Number(form.dataset.page), WHOLE)
  }

  // After the last verdict the cursor leaves the value: a key pressed by habit says nothing more.
  #say(form) {
    if ("done" in form.dataset) this.querySelector(".progress").focus({ preventScroll: true })
    else this.#keyboard.enter()
    if (form.dataset.says) say(form.dataset.says)
  }

  // A sheet that is shut leaves the cursor somewhere: never nowhere.
  #back() {
    const at = document.activeElement
    if (at === document.body || !at.checkVisibility()) this.#keyboard.enter()
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
    const texts = target.closest("[data-find]")?.dataset.find
    if (texts) this.#toolbar?.find(JSON.parse(texts))
  }

  #refuse(pane, reason) {
    pane.removeAttribute("data-waiting")
    for (const said of pane.querySelectorAll("[data-reason]")) said.hidden = said.dataset.reason !== reason
  }
}

customElements.define("review-screen", ReviewScreen)
