// Places on a picture: outlines drawn over it, and over each of them a native control of the same size.

const SVG = 'http://www.w3.org/2000/svg'
const ZOOM = 1.5 // small pictures grow, so that fingers find their places
const WIDEST_PX = 900
const TALLEST_VH = 58

/** How wide a stage may get: `data-width` by `data-height` are the picture's own units. */
export function sizeOf(stage) {
  const width = Number(stage.dataset.width)
  const height = Number(stage.dataset.height)
  // As wide as it may be while its height leaves room for what belongs to it on the same screen.
  const fitting = `max(20rem, ${Math.round((TALLEST_VH * width) / height)}vh)`
  stage.style.maxWidth = `min(${Math.min(width * ZOOM, WIDEST_PX)}px, ${fitting})`
  return { width, height }
}

/** `controlOf(line)` gives the element that lies over the place of this list entry. */
export function takeSpots(root, controlOf) {
  const stage = root.querySelector('.qti-hotspots')
  const { width, height } = sizeOf(stage)
  const drawing = draw('svg', { viewBox: `0 0 ${width} ${height}`, class: 'spots', 'aria-hidden': 'true' })
  const spots = [...stage.querySelectorAll('li')].map((line) => {
    const { shape, coords = '' } = line.dataset
    const outline = SHAPES[shape](coords.split(/[\s,]+/).filter(Boolean).map(Number), width, height)
    const box = boxOf(outline)
    const control = controlOf(line)
    control.style.left = `${(box.x / width) * 100}%`
    control.style.top = `${(box.y / height) * 100}%`
    control.style.width = `${(box.width / width) * 100}%`
    control.style.height = `${(box.height / height) * 100}%`
    if (shape === 'circle' || shape === 'ellipse') control.classList.add('is-round')
    const group = draw('g', { class: 'spot' })
    group.append(outline)
    drawing.append(group)
    return { line, control, group, corner: corner(outline, box), centre: centreOf(outline, box) }
  })
  stage.querySelector('ul').before(drawing)
  return { stage, drawing, spots }
}

export function draw(tag, attributes) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** QTI's shapes and coordinates as SVG. */
const SHAPES = {
  circle: ([cx, cy, r]) => draw('ellipse', { cx, cy, rx: r, ry: r }),
  ellipse: ([cx, cy, rx, ry]) => draw('ellipse', { cx, cy, rx, ry }),
  rect: ([x, y, right, bottom]) => draw('rect', { x, y, width: right - x, height: bottom - y, rx: 4 }),
  poly: (numbers) => draw('polygon', { points: numbers.join(' ') }),
  default: (numbers, width, height) => draw('rect', { x: 1, y: 1, width: width - 2, height: height - 2 }),
}

/** Where a mark stands: on the outline, so that it hides nothing of what is drawn inside. */
function corner(outline, { x, y, width }) {
  if (outline.tagName === 'ellipse') return [x + width / 2, y]
  if (outline.tagName === 'rect') return [x, y]
  const numbers = cornersOf(outline)
  const top = numbers.findIndex((number, index) => index % 2 && number === y)
  return [numbers[top - 1], y]
}

/** The middle of a place; of a polygon that of its corners, which is inside more often than that of its box. */
function centreOf(outline, { x, y, width, height }) {
  if (outline.tagName !== 'polygon') return [x + width / 2, y + height / 2]
  const numbers = cornersOf(outline)
  const mean = (rest) => (numbers.filter((_, index) => index % 2 === rest).reduce((a, b) => a + b) * 2) / numbers.length
  return [mean(0), mean(1)]
}

const cornersOf = (outline) => outline.getAttribute('points').split(' ').map(Number)

function boxOf(outline) {
  const value = (name) => Number(outline.getAttribute(name))
  if (outline.tagName === 'ellipse') {
    const [rx, ry] = [value('rx'), value('ry')]
    return { x: value('cx') - rx, y: value('cy') - ry, width: 2 * rx, height: 2 * ry }
  }
  if (outline.tagName === 'rect') {
    return { x: value('x'), y: value('y'), width: value('width'), height: value('height') }
  }
  const numbers = cornersOf(outline)
  const xs = numbers.filter((_, index) => index % 2 === 0)
  const ys = numbers.filter((_, index) => index % 2 === 1)
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
