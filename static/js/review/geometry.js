// Where on the shown page does a box lie? Pure. Shares of the page from 0 to 1, [left, top, width, height].
// The cases are those of reviewapp/extraction/geometry.py: tests/cases/geometry.json.

// Actions

/** A box [l, t, r, b] and the page size of its own citation -> shares, the right way round and clamped to the page;
    null when there is no page size or nothing of the box lies on the page. */
export function shares(box, pageWidth, pageHeight) {
  if (!(pageWidth > 0) || !(pageHeight > 0) || box.length !== 4 || !box.every(Number.isFinite)) return null
  const [left, right] = side(box[0] / pageWidth, box[2] / pageWidth)
  const [top, bottom] = side(box[1] / pageHeight, box[3] / pageHeight)
  return left === right || top === bottom ? null : [left, top, right - left, bottom - top]
}

/** Shares on the page as stored -> shares on the page as turned clockwise by 0, 90, 180 or 270 degrees. */
export function turn([x, y, w, h], degrees) {
  switch (((degrees % 360) + 360) % 360) {
    case 90:
      return [1 - y - h, x, h, w]
    case 180:
      return [1 - x - w, 1 - y - h, w, h]
    case 270:
      return [y, 1 - x - w, h, w]
    default:
      return [x, y, w, h]
  }
}

/** The smallest of the boxes ({shares}) that holds the point, or null: a value inside a line wins over the line. */
export function smallestAt(boxes, x, y) {
  const holding = boxes.filter(({ shares: [l, t, w, h] }) => x >= l && x <= l + w && y >= t && y <= t + h)
  return holding.reduce((best, one) => (best && area(best) <= area(one) ? best : one), null)
}

/** The one box that holds all of these shares. */
export function around(all) {
  const left = Math.min(...all.map(([x]) => x))
  const top = Math.min(...all.map(([, y]) => y))
  const right = Math.max(...all.map(([x, , w]) => x + w))
  const bottom = Math.max(...all.map(([, y, , h]) => y + h))
  return [left, top, right - left, bottom - top]
}

/** Which part of the page is shown magnified around a box?
    box: shares; page, pane: {width, height} in CSS pixels. -> {x, y, width, height} of the page, and zoom = pane/page. */
export function lens(box, page, pane) {
  const [x, y, w, h] = [box[0] * page.width, box[1] * page.height, box[2] * page.width, box[3] * page.height]
  const fits = Math.min((0.9 * pane.width) / w, (0.72 * pane.height) / h)
  const zoom = Math.max(Math.min(fits, (0.42 * pane.height) / Math.min(h, 24)), pane.width / page.width / 8)
  const width = pane.width / zoom
  const height = pane.height / zoom
  return { x: within(x + w / 2 - width / 2, width, page.width), y: y + h / 2 - height / 2, width, height, zoom }
}

/** How far must a pane be scrolled so that a stretch is in its comfortable middle? The present offset when it already is. */
export function comfortable(offset, paneSize, start, size) {
  const easy = start >= offset + paneSize * 0.12 && start + size <= offset + paneSize * 0.88
  return easy ? offset : Math.max(0, start + Math.min(size, paneSize) / 2 - paneSize * 0.55)
}

// Private

function side(one, other) {
  const [low, high] = one <= other ? [one, other] : [other, one]
  return [Math.min(Math.max(low, 0), 1), Math.min(Math.max(high, 0), 1)]
}

function area({ shares: [, , w, h] }) {
  return w * h
}

function within(start, size, whole) {
  return size >= whole ? (whole - size) / 2 : Math.min(Math.max(start, 0), whole - size)
}
