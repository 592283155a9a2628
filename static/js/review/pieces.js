// What else is asked of the document's pages than to show them? Small ones, a magnified part, and whether they hold text.

import { detail, sketch } from "./pdfjs.js"

export class Pieces {
  #pdf
  #viewer

  // Lifecycle

  constructor(pdf, viewer) {
    this.#pdf = pdf
    this.#viewer = viewer
  }

  // Actions

  /** A page drawn small, as the view is turned: its canvas, at most width x height device pixels; null when it cannot be. */
  async sketch(number, { width, height, signal }) {
    try {
      const page = await this.#pdf.getPage(number)
      const canvas = await sketch(page, { width, height, rotation: this.#viewer.rotation, signal })
      if (!this.#viewer.page(number).canvas) page.cleanup()
      return canvas
    } catch {
      return null
    }
  }

  /** A part of a page drawn at its own scale, as the view is turned. part: shares; null when it cannot be. */
  async detail(number, { part, width, height, signal }) {
    try {
      const page = await this.#pdf.getPage(number)
      return await detail(page, { part, width, height, rotation: this.#viewer.rotation, signal })
    } catch {
      return null
    }
  }

  /** Whether there is a word to find: a scan has none. */
  async hasText() {
    for (let number = 1; number <= this.#pdf.numPages; number++) {
      const { items } = await (await this.#pdf.getPage(number)).getTextContent()
      if (items.some(({ str }) => str?.trim())) return true
    }
    return false
  }
}
