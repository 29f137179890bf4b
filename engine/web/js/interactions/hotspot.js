// Hot spots: native controls laid over the picture; the shapes are drawn beneath them and show their state.

import { bindTicks } from './choice.js'

const SVG = 'http://www.w3.org/2000/svg'

export function bind(root, context) {
  const stage = root.querySelector('.qti-hotspots')
  const width = Number(stage.dataset.width)
  const height = Number(stage.dataset.height)
  stage.style.maxWidth = `${Math.min(width * 1.5, 900)}px`
  const drawing = draw('svg', { viewBox: `0 0 ${width} ${height}`, class: 'spots', 'aria-hidden': 'true' })
  for (const spot of stage.querySelectorAll('li')) furnish(spot)
  stage.querySelector('ul').before(drawing)

  function furnish(spot) {
    const { shape, coords = '' } = spot.dataset
    const numbers = coords.split(/[\s,]+/).filter(Boolean).map(Number)
    const outline = SHAPES[shape](numbers, width, height)
    const box = boxOf(outline)
    const label = spot.querySelector('label')
    label.style.left = `${(box.x / width) * 100}%`
    label.style.top = `${(box.y / height) * 100}%`
    label.style.width = `${(box.width / width) * 100}%`
    label.style.height = `${(box.height / height) * 100}%`
    if (shape === 'circle' || shape === 'ellipse') label.classList.add('is-round')
    const group = draw('g', { class: 'spot' })
    const [x, y] = corner(outline, box)
    group.append(outline, draw('circle', { cx: x, cy: y, r: 13, class: 'tick-ground' }))
    group.append(draw('path', { d: `M${x - 6} ${y}l4.500 4.500 8-9`, class: 'tick' }))
    drawing.append(group)
    const input = spot.querySelector('input')
    spot.draw = () => {
      group.classList.toggle('is-on', input.checked)
      group.classList.toggle('has-focus', input.matches(':focus-visible'))
    }
    for (const name of ['focus', 'blur']) input.addEventListener(name, () => spot.draw())
  }

  const all = () => stage.querySelectorAll('li').forEach((spot) => spot.draw())
  const ticks = bindTicks(root, context)
  root.addEventListener('change', all)
  return {
    read: ticks.read,
    write(value) {
      ticks.write(value)
      all()
    },
  }
}

function draw(tag, attributes) {
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

/** Where the tick stands: on the outline, so that it hides nothing of what is drawn inside. */
function corner(outline, { x, y, width }) {
  if (outline.tagName === 'ellipse') return [x + width / 2, y]
  if (outline.tagName === 'rect') return [x, y]
  const numbers = cornersOf(outline)
  const top = numbers.findIndex((number, index) => index % 2 && number === y)
  return [numbers[top - 1], y]
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
