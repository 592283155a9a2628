// What do the parts of the screen tell each other? CustomEvents that bubble to <review-screen>; these are their names.

/** The viewer knows the document: {pages}. */
export const OPENED = "review:opened"
/** A page's canvas has its ink: {page, element}. Said again after every zoom and turn. */
export const PAGE_DRAWN = "review:page-drawn"
/** Zoom, rotation, page or search changed: {page, pages, percent, rotation, found, of}; only what is known. */
export const VIEW_CHANGED = "review:view-changed"
/** The paper begins to draw a page; it has nothing left to draw in or near the view. */
export const PAPER_BUSY = "review:paper-busy"
export const PAPER_IDLE = "review:paper-idle"
/** The document cannot be shown: {reason: "encrypted" | "missing" | "broken"}. */
export const NOT_SHOWN = "review:not-shown"
/** A box on the page was clicked: {path}. */
export const BOX_CHOSEN = "review:box-chosen"
/** The pointer is over a box or a field, or over none: {path} or {path: ""}. */
export const POINTED = "review:pointed"
/** The person is still here: said every few minutes while the tab is in sight. */
export const HERE = "review:here"

// Actions

export function tell(target, name, detail = {}) {
  target.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }))
}
