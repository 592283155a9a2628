// What happens to what is typed but not saved? It is kept in this tab until the field has its verdict, and marked in the list.

import { changed, entry, put } from "./entry.js"

const PAUSE = 300

export class Drafts {
  #root
  #task
  #fields
  #timer = 0

  // Lifecycle

  /** task: names the task, so that two tasks never share a draft. */
  constructor(root, task, fields, signal) {
    this.#root = root
    this.#task = task
    this.#fields = fields
    root.addEventListener("input", () => this.#soon(), { signal })
    root.addEventListener("htmx:beforeRequest", () => this.#keep(), { signal })
    root.addEventListener("htmx:afterRequest", (event) => this.#sent(event), { signal })
    addEventListener("pagehide", () => this.#keep(), { signal })
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true })
  }

  // Actions

  /** Put a kept draft back into the field in focus, unless what it was typed over has changed since. */
  restore() {
    const form = this.#form
    const kept = form && sessionStorage.getItem(this.#key(form.dataset.path))
    if (!kept) return false
    const { shown, now } = JSON.parse(kept)
    if (JSON.stringify(shown) !== JSON.stringify(entry(form).shown)) return false
    put(form, now)
    form.dispatchEvent(new Event("input", { bubbles: true }))
    return true
  }

  /** The fields that hold a draft, as fields.js knows them; those of a line that was taken out cannot be saved. */
  get all() {
    const holds = ({ path, element }) => sessionStorage.getItem(this.#key(path)) !== null && !element.closest(".removed")
    return this.#fields.all.filter(holds)
  }

  /** Mark what holds a draft in the list and in the tables, and the row of a table where a cell does. */
  mark() {
    const held = this.all.map(({ element }) => element)
    const rows = held.map((one) => this.#rowOf(one.closest(".lines"))).filter(Boolean)
    const wanted = new Set([...held, ...rows])
    for (const old of this.#root.querySelectorAll("[data-draft]")) {
      if (wanted.delete(old)) continue
      old.removeAttribute("data-draft")
      old.querySelector(".draft").remove()
    }
    for (const element of wanted) {
      element.dataset.draft = ""
      element.querySelector(":scope > .field-why, :scope > a").prepend(this.#root.querySelector("#draft-mark").content.cloneNode(true))
    }
  }

  // Private

  get #form() {
    return this.#root.querySelector("#focus[data-path]")
  }

  #key(path) {
    return `draft ${this.#task} ${path}`
  }

  #rowOf(lines) {
    return lines && this.#root.querySelector(`.field[data-lines="${CSS.escape(lines.id)}"]`)
  }

  #soon() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#keep(), PAUSE)
  }

  #keep() {
    clearTimeout(this.#timer)
    const form = this.#form
    if (!form || !entry(form).shown.length) return
    const key = this.#key(form.dataset.path)
    if (changed(form)) sessionStorage.setItem(key, JSON.stringify(entry(form)))
    else sessionStorage.removeItem(key)
    this.mark()
  }

  // Only a saved verdict makes a draft superfluous: a refused or a lost one does not.
  #sent({ detail: { requestConfig: { elt, verb }, xhr } }) {
    const saved = xhr.status >= 200 && xhr.status < 400
    if (elt.id === "focus" && verb === "post" && saved) sessionStorage.removeItem(this.#key(elt.dataset.path))
  }
}
