// The map of the questions: answered or not, marked, and where one is; never by colour alone.

import { button, h, icon } from './element.js'
import { isMarked, stateOf } from './progress.js'
import { words } from './words.js'

/** One button a question, in its sections. */
export function questionList(sitting, go, heading, { hereItem, isReview } = {}) {
  const sections = sitting.header ? sitting.header.sections : []
  const groups = []
  for (const entry of sitting.items) {
    const last = groups[groups.length - 1]
    if (last && last[0].section === entry.section) last.push(entry)
    else groups.push([entry])
  }
  return groups.map((entries) => {
    const { title = '' } = sections.find(({ id }) => id === entries[0].section) || {}
    const places = entries.map((entry) => h('li', {}, place(sitting, entry, go, entry.item === hereItem, isReview)))
    return h('section', { class: 'map-section' }, title && h(heading, {}, title), h('ol', { class: 'map' }, places))
  })
}

function place(sitting, { item, number }, go, isHere, isReview) {
  const state = stateOf(sitting, item)
  const isFlagged = isMarked(sitting, item)
  const { course } = sitting
  const closed = course ? course.closed(number - 1, isReview) : ''
  const text = [
    words.question(number, sitting.items.length),
    words.states[state],
    isFlagged && words.toReview,
    isHere && words.here,
    closed,
  ]
  const element = button('', () => go(number - 1), h('span', {}, number), ...signs(state, isFlagged))
  element.className = `place is-${state}`
  element.title = text.filter(Boolean).join(', ')
  element.setAttribute('aria-label', element.title)
  if (isHere) element.setAttribute('aria-current', 'true')
  element.disabled = Boolean(closed) && !course.mayRead(number - 1, isReview)
  return element
}

const signs = (state, isFlagged) => [
  state === 'done' || state === 'read' ? icon('check') : '',
  state === 'partly' ? '…' : '',
  state === 'aside' ? icon('alert') : '',
  isFlagged ? h('span', { class: 'place-flag' }, icon('flag')) : '',
]

function legend(isAside) {
  const sample = (state, isFlagged) => h('span', { class: 'place is-' + state }, ...signs(state, isFlagged))
  const line = (state, isFlagged, text) => h('li', {}, sample(state, isFlagged), text)
  return h(
    'ul',
    { class: 'legend' },
    ['done', 'partly', 'none', ...(isAside ? ['aside'] : [])].map((state) => line(state, false, words.states[state])),
    line('none', true, words.toReview),
  )
}

export function showMap(sitting, go, finish) {
  const leave = (act) => (value) => {
    dialog.remove()
    act(value)
  }
  const close = () => dialog.close()
  const dialog = h(
    'dialog',
    { class: 'map-dialog', 'aria-labelledby': 'map-title' },
    h('div', { class: 'map-head' }, h('h2', { id: 'map-title' }, words.map), button('plain', close, words.close)),
    legend(sitting.items.some(({ item }) => stateOf(sitting, item) === 'aside')),
    questionList(sitting, leave(go), 'h3', { hereItem: sitting.state.at }),
    h('div', { class: 'actions' }, button('second', leave(finish), words.finish)),
  )
  dialog.addEventListener('close', () => dialog.remove())
  dialog.addEventListener('click', ({ target }) => target === dialog && close()) // beside it
  document.body.append(dialog)
  dialog.showModal()
  dialog.querySelector('[aria-current]').focus()
}
