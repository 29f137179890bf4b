// How far the pupil is: which questions are answered, which are only begun, which are to be looked at again.
//
// A question is answered when each of its places is: each field, each gap, each row that wants a tick. What it asks
// for stands in its fragment, so it is known as well of a question that this device has never shown.

import { elements } from './fragment.js'

const number = (element, name) => Number(element.dataset[name]) || 0
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0)

/** How many pairs these labels, or heads of columns, can take part in; and no more than the whole may have. */
const room = (root, labels) =>
  Math.min(number(root, 'max') || Infinity, sum([...labels].map((label) => number(label, 'matchMax') || Infinity)))

/**
 * By kind: reads what an interaction asks for; gives whether the members of a value are all of it. A kind that is
 * not here asks for one member, or for as many as `data-min` says.
 */
export const WHOLE = {
  'gap-match'(root) {
    const gaps = root.querySelectorAll('[data-gap]').length
    const least = Math.min(gaps, room(root, root.querySelectorAll('.qti-gap-choices [data-choice]')))
    return (members) => members.length >= least
  },
  match(root) {
    const least = (row) => number(row, 'matchMin') || (row.querySelector('[type=radio]') ? 1 : 0)
    const rows = [...root.querySelectorAll('tbody tr')].filter(least)
    const asked = Math.min(rows.length, room(root, root.querySelectorAll('thead [data-choice]')))
    const pairsOf = (row, members) => members.filter((pair) => pair.startsWith(row.dataset.choice + ' ')).length
    const isFull = (row, members) => pairsOf(row, members) >= least(row)
    return (members) =>
      members.length >= Math.max(1, number(root, 'min')) && rows.filter((row) => isFull(row, members)).length >= asked
  },
}

/** Whether each choice that must be used is, as often as its author says. */
function leastUsed(root) {
  const asking = [...root.querySelectorAll('[data-match-min]')]
  const least = asking.map(({ dataset }) => [dataset.choice || dataset.gap, Number(dataset.matchMin)])
  return (members) =>
    least.every(([name, count]) => members.filter((pair) => pair.split(' ').includes(name)).length >= count)
}

const atLeast = (root) => (members) => members.length >= Math.max(1, number(root, 'min'))

/** A button to press, and a recording that need not be played, ask for nothing. */
const OPTIONAL = { 'end-attempt': () => true, media: (root) => !number(root, 'min') }
const isAsked = (root) => !(root.dataset.interaction in OPTIONAL && OPTIONAL[root.dataset.interaction](root))

const both = (one, other) => (members) => one(members) && other(members)

/** What a question asks for: [{ name, isWhole }], one a response. */
export function asked(html) {
  const holder = document.createElement('div')
  holder.append(...elements(html))
  return [...holder.querySelectorAll('[data-interaction]')].filter(isAsked).map((root) => ({
    name: root.dataset.response,
    isWhole: both((WHOLE[root.dataset.interaction] || atLeast)(root), leastUsed(root)),
  }))
}

/** Learn what each question asks for, as the form arrives. */
export async function survey(sitting) {
  for (const { item } of sitting.items) {
    const html = await sitting.content.get('item', item)
    await new Promise((resolve) => setTimeout(resolve)) // what the pupil does comes first
    sitting.asked[item] = asked(html)
  }
  sitting.emit('answers')
}

const membersOf = (value) => [].concat(value === null || value === undefined ? [] : value).filter((one) => one.trim())

/** none, partly, done, or aside: refused; read or unread where nothing is asked. Not known yet: begun at most. */
export function stateOf({ asked, state }, item) {
  const { answers, at, box, spent_ms } = state
  if (box.aside[item]) return 'aside'
  const asks = asked[item]
  if (asks && !asks.length) return item === at || item in spent_ms ? 'read' : 'unread'
  const { response = {} } = answers[item] || {}
  const given = (name) => membersOf(response[name])
  if (!Object.keys(response).some((name) => given(name).length)) return 'none'
  return asks && asks.every(({ name, isWhole }) => isWhole(given(name))) ? 'done' : 'partly'
}

export const isMarked = ({ state }, item) => state.marks.includes(item)

export function mark(sitting, item) {
  const { marks } = sitting.state
  isMarked(sitting, item) ? marks.splice(marks.indexOf(item), 1) : marks.push(item)
  sitting.keepSoon()
  sitting.emit('answers', item)
}
