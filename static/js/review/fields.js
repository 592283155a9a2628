// Which field is in focus, and which comes next? The list and the lines are read from the page; moving is following a link.

// Actions

/** All values of the screen in the order of the list, an array's cells in its place. -> [{path, element, boxes, …}] */
export function entries(root) {
  return [...root.querySelectorAll(".field[data-path]")].flatMap((row) => {
    const lines = row.dataset.lines && root.querySelector(`#${CSS.escape(row.dataset.lines)}`)
    const cells = lines ? [...lines.querySelectorAll("td[data-path]")] : []
    return [row, ...cells].map((element) => ({
      element,
      path: element.dataset.path,
      needsEyes: "needsEyes" in element.dataset,
      verdict: element.dataset.verdict ?? "",
      boxes: boxesOf(element),
    }))
  })
}

/** The boxes of a field, [{p: page, b: [l, t, r, b], s: [page width, page height]}], as the server wrote them. */
export function boxesOf(element) {
  try {
    return JSON.parse(element.dataset.boxes || "[]").filter(({ b, s }) => Array.isArray(b) && Array.isArray(s))
  } catch {
    return [] // the field stays reviewable without its boxes
  }
}

/** How a value's boxes are drawn. */
export function stateOf({ path, needsEyes, verdict }, focused) {
  if (path === focused) return "current"
  if (verdict) return "decided"
  return needsEyes ? "doubt" : "faint"
}

/** The path `step` places after `path`, or null at the ends; the first or the last one when none is in focus. Pure. */
export function neighbour(all, path, step) {
  const at = all.findIndex((one) => one.path === path)
  return (at < 0 ? all.at(step < 0 ? -1 : 0) : all[at + step])?.path ?? null
}

/** The next path after `path` that needs eyes and has no verdict, from the start again after the end, or null. Pure. */
export function nextThatNeedsEyes(all, path) {
  const at = all.findIndex((one) => one.path === path)
  const open = ({ needsEyes, verdict, path: other }) => needsEyes && !verdict && other !== path
  return [...all.slice(at + 1), ...all.slice(0, at + 1)].find(open)?.path ?? null
}

export class Fields {
  #root
  #all = []

  // Lifecycle

  constructor(root, signal) {
    this.#root = root
    root.addEventListener("click", (event) => this.#act(event), { signal })
    root.addEventListener("change", ({ target }) => target.matches("[data-sends]") && target.form.requestSubmit(), { signal })
  }

  /** Read the page again, after it or a part of it came from the server. */
  read() {
    this.#all = entries(this.#root)
    this.#mark()
  }

  // Actions

  get all() {
    return this.#all
  }

  get focused() {
    return this.#root.querySelector("#focus")?.dataset.path ?? ""
  }

  get(path) {
    return this.#all.find((one) => one.path === path)
  }

  /** Put a field into focus: follow its link. */
  go(path) {
    const element = path === null ? null : this.get(path)?.element
    const link = element?.matches("a") ? element : element?.querySelector("a[href]")
    link?.click()
  }

  /** Show in the list which value the pointer is over. */
  highlight(path) {
    for (const old of this.#root.querySelectorAll(".pointed[data-path]:not(rect)")) old.classList.remove("pointed")
    this.get(path)?.element.classList.add("pointed")
  }

  // Private

  #act(event) {
    const { target } = event
    this.#move(target.closest("[data-move]")?.dataset.move)
    const goes = target.closest("[data-goes]")
    if (goes) event.preventDefault()
    if (goes) this.go(goes.dataset.goes)
    const lines = target.closest("[data-closes-lines]") && target.closest(".lines")
    if (lines) lines.hidden = true
  }

  #move(name) {
    const steps = { next: 1, previous: -1 }
    if (name === "open") this.go(nextThatNeedsEyes(this.#all, this.focused))
    else if (name in steps) this.go(neighbour(this.#all, this.focused, steps[name]))
  }

  #mark() {
    const path = this.focused
    for (const old of this.#root.querySelectorAll(".field[aria-current], td[aria-current]")) old.removeAttribute("aria-current")
    const lines = this.get(path)?.element.closest(".lines")
    const row = lines && this.#root.querySelector(`.field[data-lines="${CSS.escape(lines.id)}"]`)
    for (const element of [this.get(path)?.element, row]) {
      element?.setAttribute("aria-current", "true")
      const scroller = element?.closest(".lines-table, .fields")
      if (scroller?.scrollHeight > scroller?.clientHeight) element.scrollIntoView({ block: "nearest" })
    }
    const { lines: own, beside } = this.get(path)?.element.dataset ?? {}
    const wanted = lines?.id ?? own ?? beside // a line that was taken out stands in the list, beside its table
    for (const one of this.#root.querySelectorAll(".lines")) one.hidden = one.id !== wanted
  }
}
