// How is the document shown? By pdf.js's own viewer: pages near the view only, text to select, search, zoom, turn.
// What happens is told as events on the pane (events.js).

import { NOT_SHOWN, OPENED, PAGE_DRAWN, PAPER_BUSY, PAPER_IDLE, VIEW_CHANGED, tell } from "./events.js"
import { assemble, betweenPages, load, reasonOf } from "./pdfjs.js"
import { Pieces } from "./pieces.js"
import { Sight } from "./sight.js"

const STEP = 1.15

export class Viewer {
  #pane
  #signal
  #bus
  #pages
  #task
  /** What else is asked of the pages (pieces.js), once the document is there. */
  pieces
  #ask
  #width
  #sight

  // Lifecycle

  /** pane: the element with data-document, data-library and the rest, and in it .paper-view with .pdfViewer inside. */
  constructor(pane, signal) {
    this.#pane = pane
    this.#signal = signal
    signal.addEventListener("abort", () => this.#task?.destroy(), { once: true })
    this.#sight = new Sight(this.#view, (page) => this.page(page).element, () => this.rotation, signal)
  }

  async open() {
    const { dataset } = this.#pane
    try {
      const { task, components } = await load(dataset)
      this.#task = task
      if (this.#signal.aborted) return void task.destroy()
      const [pdf, parts] = await Promise.all([task.promise, components])
      const { bus, links, pages } = assemble(parts, this.#view, dataset.images, this.#signal)
      this.#bus = bus
      this.#pages = pages
      this.#listen()
      this.pieces = new Pieces(pdf, this)
      links.setDocument(pdf)
      pages.setDocument(pdf)
    } catch (error) {
      if (!this.#signal.aborted) tell(this.#pane, NOT_SHOWN, { reason: reasonOf(error) })
    }
  }

  #listen() {
    this.#ask = betweenPages(this.#pages, () => tell(this.#pane, PAPER_IDLE))
    const resized = new ResizeObserver(() => this.#refit())
    resized.observe(this.#view)
    this.#signal.addEventListener("abort", () => resized.disconnect(), { once: true })
    const on = (name, hear) => this.#bus.on(name, hear, { signal: this.#signal })
    on("pagesinit", () => this.#start())
    on("pagerender", () => tell(this.#pane, PAPER_BUSY))
    on("pagesloaded", () => this.#sight.walk())
    on("pagerendered", ({ pageNumber, source: { div }, error }) => error || this.#drawn(pageNumber, div))
    for (const name of ["scalechanging", "rotationchanging", "pagechanging"]) on(name, () => this.#changed())
    for (const name of ["updatefindmatchescount", "updatefindcontrolstate"])
      on(name, ({ matchesCount: { current, total } }) => tell(this.#pane, VIEW_CHANGED, { found: current, of: total }))
  }

  // Actions

  /** Bring a stretch of a page into comfortable sight. shares: of the page as stored. */
  reveal(page, shares) {
    this.#sight.want(page, shares)
  }

  zoomIn = () => this.#pages?.updateScale({ steps: 1, scaleFactor: STEP })
  zoomOut = () => this.#pages?.updateScale({ steps: -1, scaleFactor: 1 / STEP })
  fitWidth = () => this.#scale("page-width")
  fitPage = () => this.#scale("page-fit")
  rotate = () => this.#pages && (this.#pages.pagesRotation = (this.rotation + 90) % 360)
  nextPage = () => this.turnTo(this.#pages?.currentPageNumber + 1)
  previousPage = () => this.turnTo(this.#pages?.currentPageNumber - 1)

  turnTo(page) {
    this.#sight.forget()
    if (page >= 1 && page <= this.#pages?.pagesCount) this.#pages.currentPageNumber = page
  }

  /** Show the next place where the words stand. again: the same words; backwards: the place before. */
  find(query, { again = false, backwards = false } = {}) {
    const how = { caseSensitive: false, entireWord: false, matchDiacritics: false, highlightAll: true, findPrevious: backwards }
    this.#sight.forget()
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

  /** Tell PAPER_IDLE as soon as the paper has nothing to draw; now, if so. */
  whenIdle() {
    this.#ask?.()
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
    this.#sight.walk(page)
  }

  #scale(way) {
    if (!this.#pages) return
    this.#pages.currentScaleValue = way
    this.#sight.walk()
  }

  // "Fit" holds when the pane gets another width. Its height changes with the lines below it: the paper stays as it is.
  #refit() {
    const width = this.#view.clientWidth
    if (width === this.#width || !this.#pages.pagesCount) return
    this.#width = width
    const fit = this.#pages.currentScaleValue
    if (["page-width", "page-fit"].includes(fit)) this.#scale(fit)
    else this.#pages.update()
  }

  #changed() {
    const { currentPageNumber: page, pagesCount: pages, currentScale, currentScaleValue: fit } = this.#pages
    tell(this.#pane, VIEW_CHANGED, { page, pages, percent: Math.round(currentScale * 100), rotation: this.rotation, fit })
  }
}
