// Points of a picture, in its own units at any zoom: pressed, dragged, or set by a sight that the arrow keys move.

import { DRAWINGS, button, h, icon } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { byList, explain, rule } from './chips.js'
import { draggable } from './drag.js'

const STEP = 1 // units of the picture; with Shift the longer one
const STRIDE = 10
const NEAR = 15 // what Delete reaches
const MANY = 100
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

DRAWINGS.remove = 'M6 6l12 12M18 6L6 18'

/**
 * A layer over `ground` on which points are set. `mark(number)` makes what is shown at a point, `share` of the ground
 * wide; `name(number)` says what it is. Gives { layer, read, write, set, foot }: `foot` holds the points in words and
 * the way by list.
 */
export function pointing(root, context, ground, { width, height }, { mark, name, help, title, share = 0, whose = '' }) {
  const sight = h('span', { class: 'sight', hidden: true })
  const marks = h('span', { class: 'marks' })
  const layer = h('div', { class: 'aim', role: 'application', tabindex: 0, 'aria-label': title }, marks, sight)
  const list = h('ul', { class: 'pairs points', 'aria-label': words.yourPoints })
  const [across, down] = [number(words.across, width), number(words.down, height)]
  const adder = button('second', () => addTyped(), words.add)
  // What the layer is called says it to who does not see this line.
  const keys = h('p', { class: 'hint', 'aria-hidden': 'true', hidden: true }, words.pointKeys)
  const foot = h('div', {}, list, byList(whose, across.field, down.field, adder))
  const cursor = [Math.round(width / 2), Math.round(height / 2)]
  let points = []
  ground.append(layer)
  ground.after(keys)
  layer.addEventListener('keydown', type)
  layer.addEventListener('focus', () => aimAt(cursor))
  layer.addEventListener('blur', () => (sight.hidden = keys.hidden = true))
  layer.addEventListener('click', ({ clientX, clientY }) => set(unitsAt(clientX, clientY)))

  const clamp = ([x, y]) => [Math.min(Math.max(Math.round(x), 0), width), Math.min(Math.max(Math.round(y), 0), height)]

  function unitsAt(clientX, clientY) {
    const { left, top, width: shown, height: tall } = layer.getBoundingClientRect()
    return clamp([((middle(clientX) - left) / shown) * width, ((middle(clientY) - top) / tall) * height])
  }

  function put(element, [x, y]) {
    element.style.left = `${(x / width) * 100}%`
    element.style.top = `${(y / height) * 100}%`
  }

  function aimAt(place) {
    [cursor[0], cursor[1]] = clamp(place)
    sight.hidden = keys.hidden = !layer.matches(':focus-visible')
    put(sight, cursor)
  }

  function type(event) {
    const { key, shiftKey } = event
    const step = shiftKey ? STRIDE : STEP
    if (key in ARROWS) {
      aimAt([cursor[0] + ARROWS[key][0] * step, cursor[1] + ARROWS[key][1] * step])
      sight.hidden = false
      say(words.pointAt(...cursor), true)
    } else if (key === 'Enter' || key === ' ') set([...cursor])
    else if (key === 'Delete' || key === 'Backspace') removeNear()
    else return
    event.preventDefault()
  }

  function set(place) {
    const isOne = context.max === 1
    if (!isOne && context.max && points.length >= context.max) {
      return show(root.dataset.maxSelectionsMessage || words.tooMany(context.max))
    }
    if (points.some(([x, y]) => x === place[0] && y === place[1])) return show(words.pointThere)
    points = isOne ? [place] : [...points, place]
    aimAt(place)
    act(words.pointSet(name(points.length), ...place))
  }

  function remove(point) {
    const said = words.takenOut(name(points.indexOf(point) + 1))
    points = points.filter((one) => one !== point)
    act(said)
  }

  function removeNear() {
    const away = ([x, y]) => Math.hypot(x - cursor[0], y - cursor[1])
    const [nearest] = [...points].sort((a, b) => away(a) - away(b))
    if (nearest && away(nearest) <= NEAR) remove(nearest)
    else say(words.noPointHere, true)
  }

  function act(said) {
    say(said, true)
    show()
    context.changed()
  }

  function show(reason) {
    marks.replaceChildren(...points.map(markOf))
    list.replaceChildren(...points.map(lineOf))
    list.hidden = !points.length
    if (reason) explain(root, context, reason)
    else context.note([help, rule(root, context, points.length, MANY)].filter(Boolean).join(' '))
  }

  function markOf(point, index) {
    const element = h('span', { class: 'mark-at', 'aria-hidden': 'true' }, mark(index + 1))
    put(element, point)
    if (share) element.style.width = `${share * 100}%`
    // A press on a mark sets no second point there; where there is but one, it goes to the press.
    element.addEventListener('click', (event) => context.max === 1 || event.stopPropagation())
    draggable(element, element, {
      over() {},
      drop(x, y) {
        if (x === null) return show()
        const place = unitsAt(x, y)
        points = points.map((one) => (one === point ? place : one))
        act(words.pointSet(name(index + 1), ...place))
      },
    })
    return element
  }

  function lineOf(point, index) {
    const away = button('away', () => leave(point), icon('remove'))
    away.title = words.remove
    away.setAttribute('aria-label', `${words.remove} : ${name(index + 1)}`)
    const shown = h('span', { class: 'coordinates', 'aria-hidden': 'true' }, `→ ${point[0]}  ↓ ${point[1]}`)
    const said = h('span', { class: 'unseen' }, words.pointAt(...point))
    return h('li', {}, h('span', {}, name(index + 1)), said, shown, away)
  }

  function leave(point) {
    remove(point)
    const next = list.querySelector('.away') || layer
    next.focus()
  }

  function addTyped() {
    const place = [across.value(), down.value()]
    if (place.some((value) => value === null)) return show(words.needsPoint(width, height))
    set(place)
  }

  show()
  return {
    layer,
    foot,
    set: (clientX, clientY) => set(unitsAt(clientX, clientY)),
    count: () => points.length,
    read() {
      const values = points.map((point) => point.join(' '))
      return context.isSingle ? values[0] || null : values.length ? values : null
    },
    write(value) {
      points = [].concat(value || []).map((point) => point.split(' ').map(Number))
      show()
    },
  }
}

/** A mouse tells the pixel that it is on; what is meant is the middle of it. */
const middle = (pixel) => (Number.isInteger(pixel) ? pixel + 0.5 : pixel)

/** A field for one coordinate. */
function number(title, most) {
  const field = h('input', { type: 'number', class: 'field', min: 0, max: most, step: 1, inputmode: 'numeric' })
  return {
    field: h('label', {}, h('span', {}, `${title} (0–${most})`), field),
    value: () => (field.value !== '' && field.validity.valid ? Number(field.value) : null),
  }
}

/** The picture and its layers get a frame of their own, after what else the stage holds. */
export function groundOf(stage) {
  const made = stage.querySelector('.ground')
  if (made) return made
  const ground = h('div', { class: 'ground' }, stage.querySelector(':scope > img'))
  stage.append(ground)
  return ground
}
