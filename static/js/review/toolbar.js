// What do the tools over the page do? Each button names its act, data-view="zoom-in"; the find bar looks for words.

import { OPENED, VIEW_CHANGED } from "./events.js"

export class Toolbar {
  #pane
  #viewer
  #query = ""
  #texts = [] // how a value may be printed, the first as it was read; any of them is a find

  // Lifecycle

  constructor(pane, viewer, signal) {
    this.#pane = pane
    this.#viewer = viewer
    pane.addEventListener("click", ({ target }) => this.#act(target.closest("[data-view]")?.dataset.view), { signal })
    pane.addEventListener(OPENED, () => pane.removeAttribute("data-waiting"), { signal })
    pane.addEventListener(VIEW_CHANGED, ({ detail }) => this.#say(detail), { signal })
    this.#part("find-words")?.addEventListener("keydown", (event) => this.#key(event), { signal })
    this.#part("find-words")?.addEventListener("input", () => this.#look({}), { signal })
  }

  // Actions

  /** Open the find bar; with texts, look for any of them. */
  find(texts = []) {
    const bar = this.#part("find")
    if (!bar) return
    bar.hidden = false
    const input = this.#part("find-words")
    this.#texts = texts
    if (texts.length) input.value = texts[0]
    input.focus()
    input.select()
    if (input.value) this.#look({})
  }

  // Private

  #act(name) {
    const acts = {
      "zoom-in": this.#viewer.zoomIn,
      "zoom-out": this.#viewer.zoomOut,
      "fit-width": this.#viewer.fitWidth,
      "fit-page": this.#viewer.fitPage,
      rotate: this.#viewer.rotate,
      "page-next": this.#viewer.nextPage,
      "page-previous": this.#viewer.previousPage,
      find: () => this.find([getSelection().toString().trim()].filter(Boolean)),
      "find-next": () => this.#look({}),
      "find-previous": () => this.#look({ backwards: true }),
      "find-close": () => this.#close(),
    }
    acts[name]?.()
  }

  #key(event) {
    if (event.isComposing) return
    if (event.key === "Enter") this.#look({ backwards: event.shiftKey })
    else if (event.key === "Escape") this.#close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #look({ backwards = false }) {
    const typed = this.#part("find-words").value
    const query = this.#texts.length > 1 && typed === this.#texts[0] ? this.#texts : typed
    this.#viewer.find(query, { again: query === this.#query, backwards })
    this.#query = query
  }

  #close() {
    this.#part("find").hidden = true
    this.#query = ""
    this.#viewer.stopFinding()
    document.getElementById("value")?.focus({ preventScroll: true })
  }

  // Words with figures in them come from the page, which knows its language: data-text="Page {page} of {pages}".
  #say(detail) {
    for (const place of this.#pane.querySelectorAll("[data-text]")) {
      const names = [...place.dataset.text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      if (!names.every((name) => detail[name] !== undefined)) continue
      place.textContent = place.dataset.text.replace(/\{(\w+)\}/g, (_, name) => detail[name])
      place.hidden = false
    }
    if (detail.of === 0 && this.#query.length) this.#sayNoText()
  }

  async #sayNoText() {
    const place = this.#pane.querySelector("[data-no-text]")
    const said = place.textContent
    const has = await this.#viewer.pieces.hasText()
    if (!has && place.textContent === said) place.textContent = place.dataset.noText
  }

  #part(name) {
    return this.#pane.querySelector(`[data-part="${name}"]`)
  }
}
