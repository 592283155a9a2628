// What happens to letters that are typed but not saved? They are kept in this tab until the field has its verdict.

import { changed } from "./keyboard.js"

const PAUSE = 300

export class Drafts {
  #root
  #task
  #timer = 0

  // Lifecycle

  /** task: names the task, so that two tasks never share a draft. */
  constructor(root, task, signal) {
    this.#root = root
    this.#task = task
    root.addEventListener("input", () => this.#soon(), { signal })
    root.addEventListener("htmx:beforeRequest", () => this.#keep(), { signal })
    root.addEventListener("htmx:afterRequest", (event) => this.#sent(event), { signal })
    addEventListener("pagehide", () => this.#keep(), { signal })
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true })
  }

  // Actions

  /** Put a kept draft back into the field in focus, unless what it was typed over has changed since. */
  restore() {
    const { form, input } = this.#parts
    const kept = input && sessionStorage.getItem(this.#key(form))
    if (!kept) return false
    const { shown, text } = JSON.parse(kept)
    if (shown !== input.dataset.shown || text === input.value) return false
    input.value = text
    input.dispatchEvent(new Event("input", { bubbles: true }))
    return true
  }

  // Private

  get #parts() {
    const form = this.#root.querySelector("#focus[data-path]")
    return { form, input: form?.querySelector("input#value[type=text], textarea#value") }
  }

  #key(form) {
    return `draft ${this.#task} ${form.dataset.path}`
  }

  #soon() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#keep(), PAUSE)
  }

  #keep() {
    clearTimeout(this.#timer)
    const { form, input } = this.#parts
    if (!input || input.readOnly) return
    const key = this.#key(form)
    if (changed(form)) sessionStorage.setItem(key, JSON.stringify({ shown: input.dataset.shown, text: input.value }))
    else sessionStorage.removeItem(key)
  }

  // Only a saved verdict makes a draft superfluous: a refused or a lost one does not.
  #sent({ detail: { requestConfig: { elt, verb }, xhr } }) {
    const saved = xhr.status >= 200 && xhr.status < 400
    if (elt.id === "focus" && verb === "post" && saved) sessionStorage.removeItem(this.#key(elt))
  }
}
