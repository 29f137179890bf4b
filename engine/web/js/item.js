// One item: fragment, passages, controls, and its response as one object.

import { h, style } from './element.js'
import { elements } from './fragment.js'
import { load } from './load.js'
import { speakMore } from './words.js'

/** Where the controls of a kind do not lie in a module of its name. */
const SHARED = {
  hottext: 'choice',
  'text-entry': 'text',
  'extended-text': 'text',
  'inline-choice': 'inline',
  'gap-match': 'gap',
  'graphic-associate': 'associate',
  'graphic-gap-match': 'slots',
  'end-attempt': 'ending',
}

/** A module could not be fetched: that passes. */
export class LineDown extends Error {}

const fetched = (promise) =>
  promise.catch((cause) => {
    throw new LineDown(cause)
  })

function fill(element, html, content) {
  element.append(...elements(html))
  for (const picture of element.querySelectorAll('[data-media]')) {
    content.get('media', picture.dataset.media).then((address) => (picture.src = address), () => {})
  }
  if (element.querySelector('[data-vocabulary]')) style('vocabulary')
  if (element.querySelector('[data-recording]')) load('./recordings.js').then(({ furnish }) => furnish(element, content))
  return element
}

const MOVING = '[data-attempts], [data-printed], [data-template], [data-feedback]'

/** `isClosed`: to be read only. */
export async function mount({ item, choices }, content, given, changed, sitting, isClosed) {
  const element = fill(h('div', { class: 'item' }), await content.get('item', item), content)
  if (element.querySelector('[data-vocabulary]')) await style('vocabulary')
  const moving = element.querySelector(MOVING) && (await fetched(load('./attempts.js')))
  const attempts = moving && (await moving.dress(element, item, sitting))
  const needed = element.querySelector('[data-stimulus]') && (await fetched(load('./passages.js')))
  const passages = needed && (await needed.takePassages(element, content, fill))
  const controls = {}
  const report = () => {
    const responses = Object.entries(controls).map(([name, control]) => [name, control.read()])
    const said = responses.filter(([name, value]) => value !== null || !controls[name].isOptional)
    if (!attempts || !attempts.isOver) changed(Object.fromEntries(said))
  }
  const write = (response) => {
    for (const [name, control] of Object.entries(controls)) {
      control.write(response && name in response ? response[name] : null)
    }
  }
  for (const [index, root] of [...element.querySelectorAll('[data-interaction]')].entries()) {
    const name = root.dataset.response
    const context = { name, index, order: choices[name], changed: report, attempts, item, sitting, content, isClosed }
    controls[name] = await bind(root, context)
  }
  if (given) write(given.response)
  if (isClosed) (await fetched(load('./closed.js'))).close(element)
  else if (attempts) attempts.began(controls)
  const clear = () => {
    write(null)
    report()
  }
  return { element, passages, clear, attempts }
}

async function bind(root, context) {
  const { interaction, cardinality, baseType, min, max } = root.dataset
  const note = h('p', { class: 'hint', role: 'status' })
  const name = SHARED[interaction] || interaction
  const [module, isSpoken] = await Promise.all([
    fetched(load(`./interactions/${name}.js`)),
    name === 'choice' || speakMore(),
    name === 'choice' || style('controls'),
  ])
  if (!isSpoken) throw new LineDown(name)
  return module.bind(root, {
    ...context,
    kind: interaction,
    isSingle: cardinality === 'single',
    baseType,
    min: Number(min) || 0,
    max: Number(max) || 0,
    note(text) {
      note.textContent = text
      const prompt = root.querySelector('.qti-prompt')
      if (prompt) prompt.after(note)
      else if (root.matches('input, select')) root.closest('p, li, td, div').append(note)
      else root.prepend(note)
    },
  })
}

/** Children that carry a choice come into this pupil's order; others stay. */
export function arrange(parent, order, nameOf = (child) => child.dataset.choice) {
  if (!order) return
  const movable = [...parent.children].filter((child) => order.includes(nameOf(child)))
  const places = movable.map((child) => {
    const place = document.createComment('')
    child.replaceWith(place)
    return place
  })
  movable.sort((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)))
  places.forEach((place, index) => place.replaceWith(movable[index]))
}
