// What stands in the way of approving? Sheets in front of the screen: what the server refused, what is typed and not saved.
// A click on one of their fields shuts the sheet and goes there; Esc shuts it.

import { changed, send } from "./entry.js"
import { say } from "./says.js"

export class Refusal {
  #root
  #drafts
  #saving = false // what was typed is saved first, the document is not approved yet

  // Lifecycle

  constructor(root, drafts, signal) {
    this.#root = root
    this.#drafts = drafts
    root.addEventListener("submit", (event) => this.#leave(event), { signal, capture: true })
    root.addEventListener("htmx:afterRequest", ({ detail }) => this.#saved(detail), { signal })
    root.addEventListener("click", ({ target }) => target.closest(".refused a")?.closest("dialog").close(), { signal })
  }

  // Actions

  /** A sheet that came open with the page or an answer stands in the page, as without script: bring it in front. */
  bringForward() {
    for (const sheet of document.querySelectorAll("dialog.sheet[open]:not(:modal)")) {
      sheet.close()
      sheet.showModal()
    }
  }

  // Private

  // Letters that are typed but not saved are saved first; the document is approved by a second press, when no other field
  // holds such letters.
  #leave(event) {
    if (!event.target.matches("[data-leaves]")) return
    const form = this.#root.querySelector("#focus")
    const unsaved = this.#drafts.all
    this.#saving = changed(form)
    if (!this.#saving && !unsaved.length) return
    event.preventDefault()
    event.stopImmediatePropagation()
    for (const sheet of this.#root.querySelectorAll("dialog[open]")) sheet.close()
    if (this.#saving) send(form)
    else this.#sayUnsaved(unsaved)
  }

  #saved({ requestConfig: { elt, verb }, successful }) {
    if (elt.id !== "focus" || verb !== "post") return
    if (this.#saving && successful) say(this.#root.dataset.saved)
    this.#saving = false
  }

  #sayUnsaved(fields) {
    const sheet = this.#root.querySelector("#unsaved")
    const items = fields.map(({ path, element }) => {
      const link = document.createElement("a")
      link.href = (element.querySelector("a[href]") ?? element).href
      link.dataset.goes = path
      link.textContent = nameOf(element, sheet.dataset.cell)
      const item = document.createElement("li")
      item.append(link)
      return item
    })
    sheet.querySelector("ul").replaceChildren(...items)
    sheet.showModal()
    items[0].firstChild.focus()
  }
}

/** A row's label; a cell's line and column, in the page's language: words = "Line {line}, {label}". */
function nameOf(element, words) {
  if (!element.matches("td")) return element.querySelector(".field-label").textContent
  const [line] = element.closest("tr").cells
  const column = element.closest("table").tHead.rows[0].cells[element.cellIndex]
  return words.replace("{line}", line.textContent).replace("{label}", column.textContent)
}
