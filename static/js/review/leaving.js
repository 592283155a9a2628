// What happens when the page is left? The server is told, so that others get the document soon; a page that was only loaded
// again, and other tabs with the same document, say that the person is still here.

import { HERE, tell } from "./events.js"

const SOON = 5000 // after the word of leaving arrived, and well before the hold ends

export class Leaving {
  #root
  #timer = 0

  // Lifecycle

  constructor(root, signal) {
    this.#root = root
    const tabs = new BroadcastChannel("review")
    tabs.addEventListener("message", ({ data }) => data === root.dataset.task && this.#stay(), { signal })
    addEventListener("pagehide", () => this.#leave(tabs), { signal })
    addEventListener("pageshow", () => this.#stay(), { signal })
    signal.addEventListener("abort", () => this.#end(tabs), { once: true })
  }

  #end(tabs) {
    clearTimeout(this.#timer)
    tabs.close()
  }

  // Private

  // The form stands in the page while its person holds the document.
  get #form() {
    return this.#root.querySelector("#leave")
  }

  #leave(tabs) {
    clearTimeout(this.#timer)
    if (!this.#form) return
    navigator.sendBeacon(this.#form.action, new FormData(this.#form))
    tabs.postMessage(this.#root.dataset.task)
  }

  #stay() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#form && tell(this.#root, HERE), SOON)
  }
}
