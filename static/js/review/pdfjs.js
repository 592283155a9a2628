// How is pdf.js brought in? Its files lie in static/vendor/pdfjs, never edited; their addresses are data attributes.

// Actions

/** Load the library and its viewer components. data: the dataset of the pane. -> {library, parts} */
export async function load(data) {
  const library = await import(data.library)
  globalThis.pdfjsLib = library // pdf_viewer.mjs looks for it there
  const parts = await import(data.parts)
  library.GlobalWorkerOptions.workerSrc = data.worker
  return { library, parts }
}

/** What getDocument is told. Without wasmUrl JPEG 2000 and fax pages would stay blank without a word. */
export function source(data) {
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

/** Why a document cannot be shown: "encrypted", "missing" (the server does not give it) or "broken". */
export function reasonOf(error) {
  return { PasswordException: "encrypted", ResponseException: "missing" }[error?.name] ?? "broken"
}
