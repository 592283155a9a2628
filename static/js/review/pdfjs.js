// How is pdf.js brought in? Its files lie in static/vendor/pdfjs, never edited; their addresses are data attributes.

// Actions

/** Load the library, and begin with the document while its viewer components come. data: the dataset of the pane.
 * -> {task: of the document, components: a promise} */
export async function load(data) {
  const library = await import(data.library)
  globalThis.pdfjsLib = library // pdf_viewer.mjs looks for it there
  library.GlobalWorkerOptions.workerSrc = data.worker
  return { task: library.getDocument(source(data)), components: import(data.parts) }
}

// What getDocument is told. Without wasmUrl JPEG 2000 and fax pages would stay blank without a word.
function source(data) {
  return {
    url: data.document,
    cMapUrl: data.cmaps,
    cMapPacked: true,
    standardFontDataUrl: data.fonts,
    wasmUrl: data.wasm,
    iccUrl: data.icc,
    enableXfa: false,
    isEvalSupported: false,
  }
}

/** A viewer in `container` that runs no script of the document and follows no link out of it. -> {bus, links, pages} */
export function assemble({ EventBus, PDFFindController, PDFLinkService, PDFViewer }, container, images, signal) {
  const bus = new EventBus()
  const links = new PDFLinkService({ eventBus: bus })
  links.externalLinkEnabled = false
  const pages = new PDFViewer({
    container,
    eventBus: bus,
    linkService: links,
    findController: new PDFFindController({ eventBus: bus, linkService: links }),
    // 1: what stands in a form's fields is drawn as ink, as on paper; none of it can be clicked or filled in (screen.css)
    annotationMode: 1,
    textLayerMode: 1,
    enableAutoLinking: false,
    removePageBorders: true,
    imageResourcesPath: images,
    abortSignal: signal,
  })
  links.setViewer(pages)
  return { bus, links, pages }
}

/** Call `idle` each time the pages in and near the view are drawn: where pdf.js draws its own thumbnails. -> ask: call it now, if so */
export function betweenPages({ renderingQueue: queue }, idle) {
  queue.setThumbnailViewer({ forceRendering: idle })
  queue.isThumbnailViewEnabled = true
  return () => queue.renderHighestPriority()
}

/** A page drawn small, into width x height device pixels, turned by so many degrees. -> canvas; throws when it is stopped. */
export async function sketch(page, { width, height, rotation, signal }) {
  const turned = { rotation: (page.rotate + rotation) % 360 }
  const whole = page.getViewport({ scale: 1, ...turned })
  const viewport = page.getViewport({ scale: Math.min(width / whole.width, height / whole.height), ...turned })
  return draw(page, viewport, Math.max(1, Math.floor(viewport.width)), Math.max(1, Math.floor(viewport.height)), signal)
}

/** A part of a page, filling width x height device pixels. part: {x, y, width, height}, shares of the page as turned. */
export async function detail(page, { part, width, height, rotation, signal }) {
  const turned = { rotation: (page.rotate + rotation) % 360 }
  const whole = page.getViewport({ scale: 1, ...turned })
  const scale = width / (part.width * whole.width)
  const offset = { offsetX: -part.x * whole.width * scale, offsetY: -part.y * whole.height * scale }
  return draw(page, page.getViewport({ scale, ...offset, ...turned }), width, height, signal)
}

async function draw(page, viewport, width, height, signal) {
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  signal.throwIfAborted()
  const drawing = page.render({ canvas, viewport, annotationMode: 1 })
  const stop = () => drawing.cancel()
  signal.addEventListener("abort", stop, { once: true })
  try {
    await drawing.promise
  } finally {
    signal.removeEventListener("abort", stop)
  }
  return canvas
}

/** Why a document cannot be shown: "encrypted", "missing" (the server does not give it) or "broken". */
export function reasonOf(error) {
  return { PasswordException: "encrypted", ResponseException: "missing" }[error?.name] ?? "broken"
}
