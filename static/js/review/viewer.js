// How is the document shown? By pdf.js's own viewer: pages near the view only, text to select, search, zoom, turn.
// What happens is told as events on the pane (events.js).

import { NOT_SHOWN, OPENED, PAGE_DRAWN, VIEW_CHANGED, tell } from "./events.js"
import { comfortable, turn } from "./geometry.js"
import { assemble, load, reasonOf, source } from "./pdfjs.js"

const STEP = 1.15
const CALM = matchMedia("(prefers-reduced-motion: reduce)")

export class Viewer {
  #pane
  #signal
  #bus
  #pages
  #task
  #wanted

  // Lifecycle

  /** pane: the element with data-document, data-library and the rest, and in it .paper-view with .pdfViewer inside. */
  constructor(pane, signal) {
    this.#pane = pane
    this.#signal = signal
    signal.addEventListener("abort", () => this.#task?.destroy(), { once: true })
    for (const name of ["wheel", "pointerdown", "touchmove"])
      this.#view.addEventListener(name, () => (this.#wanted = null), { signal, passive: true })
  }

  async open() {
    const { dataset } = this.#pane
    try {
      const { library, parts } = await load(dataset)
      if (this.#signal.aborted) return
      const { bus, links, pages } = assemble(parts, this.#view, dataset.images, this.#signal)
      this.#bus = bus
      this.#pages = pages
      this.#listen()
      this.#task = library.getDocument(source(dataset))
      const pdf = await this.#task.promise
      links.setDocument(pdf)
      pages.setDocument(pdf)
    } catch (error) {
      if (!this.#signal.aborted) tell(this.#pane, NOT_SHOWN, { reason: reasonOf(error) })
    }
  }

  #listen() {
    const on = (name, hear) => this.#bus.on(name, hear, { signal: this.#signal })
    on("pagesinit", () => this.#start())
    on("pagesloaded", () => this.#walk())
    on("pagerendered", ({ pageNumber, source: { div }, error }) => error || this.#drawn(pageNumber, div))
    for (const name of ["scalechanging", "rotationchanging", "pagechanging"]) on(name, () => this.#changed())
    for (const name of ["updatefindmatchescount", "updatefindcontrolstate"])
      on(name, ({ matchesCount: { current, total } }) => tell(this.#pane, VIEW_CHANGED, { found: current, of: total }))
  }

  // Actions

  /** Bring a stretch of a page into comfortable sight. shares: of the page as stored. */
  reveal(page, shares) {
    this.#wanted = { page, shares }
    this.#walk()
  }

  zoomIn = () => this.#pages?.updateScale({ steps: 1, scaleFactor: STEP })
  zoomOut = () => this.#pages?.updateScale({ steps: -1, scaleFactor: 1 / STEP })
  fitWidth = () => this.#scale("page-width")
  fitPage = () => this.#scale("page-fit")
  rotate = () => this.#pages && (this.#pages.pagesRotation = (this.rotation + 90) % 360)
  nextPage = () => this.#turnTo(this.#pages?.currentPageNumber + 1)
  previousPage = () => this.#turnTo(this.#pages?.currentPageNumber - 1)

  /** Show the next place where the words stand. again: the same words; backwards: the place before. */
  find(query, { again = false, backwards = false } = {}) {
    const how = { caseSensitive: false, entireWord: false, matchDiacritics: false, highlightAll: true, findPrevious: backwards }
    this.#wanted = null
    this.#bus?.dispatch("find", { source: this, type: again ? "again" : "", query, ...how })
  }

  stopFinding() {
    this.#bus?.dispatch("findbarclose", { source: this })
  }

  /** By how many degrees the person has turned the view. */
  get rotation() {
    return this.#pages?.pagesRotation ?? 0
  }

  /** The page's element and the canvas with its ink; null while there is none. */
  page(number) {
    const element = this.#pages?.getPageView(number - 1)?.div ?? null
    return { element, canvas: element?.querySelector(".canvasWrapper canvas") ?? null }
  }

  // Private

  get #view() {
    return this.#pane.querySelector(".paper-view")
  }

  #start() {
    this.#scale(this.#pane.dataset.zoom || "page-width")
    tell(this.#pane, OPENED, { pages: this.#pages.pagesCount })
    this.#changed()
  }

  #drawn(page, element) {
    tell(this.#pane, PAGE_DRAWN, { page, element })
    if (this.#wanted?.page === page) this.#walk()
  }

  #scale(way) {
    if (!this.#pages) return
    this.#pages.currentScaleValue = way
    this.#walk()
  }

  #turnTo(page) {
    this.#wanted = null
    if (page >= 1 && page <= this.#pages?.pagesCount) this.#pages.currentPageNumber = page
  }

  // Sizes of far pages are known only when they are loaded, so the way is walked again until the person scrolls.
  #walk() {
    const element = this.#wanted && this.page(this.#wanted.page).element
    if (!element) return
    const view = this.#view
    const [x, y, w, h] = turn(this.#wanted.shares, this.rotation)
    const { clientWidth: wide, clientHeight: high } = element
    const top = comfortable(view.scrollTop, view.clientHeight, element.offsetTop + y * high, h * high)
    const left = comfortable(view.scrollLeft, view.clientWidth, element.offsetLeft + x * wide, w * wide)
    if (top === view.scrollTop && left === view.scrollLeft) return
    // Only a short way is gone step by step; pdf.js's own jumps stay jumps.
    const near = Math.abs(top - view.scrollTop) < 2 * view.clientHeight
    view.scrollTo({ top, left, behavior: near && !CALM.matches ? "smooth" : "instant" })
  }

  #changed() {
    const { currentPageNumber: page, pagesCount: pages, currentScale, currentScaleValue: fit } = this.#pages
    tell(this.#pane, VIEW_CHANGED, { page, pages, percent: Math.round(currentScale * 100), rotation: this.rotation, fit })
  }
}
