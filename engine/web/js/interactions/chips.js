// Labels to be picked up: what they are called, how they look in the hand, and how often they may be used.

import { button, h } from '../element.js'
import { arrange } from '../item.js'
import { say } from '../notice.js'
import { words } from '../words.js'

/** Characters: what is longer is a sentence, and looks like one. */
export const LONG = 40

/** What a thing is called: its words, or those that stand for its pictures. */
export function nameOf(element, fallback) {
  const pictures = [...element.querySelectorAll('img')].map((picture) => picture.alt)
  return [element.textContent, ...pictures].join(' ').replace(/\s+/g, ' ').trim().slice(0, 80) || fallback
}

/** A copy to be shown elsewhere; what it means is said there in words. */
export function copyOf(nodes) {
  const copy = h('span', { class: 'copy', 'aria-hidden': 'true' }, nodes.map((node) => node.cloneNode(true)))
  const originals = nodes.flatMap(picturesOf)
  const pictures = picturesOf(copy)
  pictures.forEach((picture, index) => {
    // The original may still be waiting for its bytes.
    const original = originals[index]
    if (!picture.src) original.addEventListener('load', () => (picture.src = original.src), { once: true })
    picture.alt = ''
  })
  copy.classList.toggle('has-picture', pictures.length > 0)
  return copy
}

const picturesOf = (node) =>
  node.nodeType !== Node.ELEMENT_NODE ? [] : node.matches('img') ? [node] : [...node.querySelectorAll('img')]

/** Each entry of a list becomes a button: { name, label, limit, nodes, control }. `press(thing)` is told of it. */
export function takeChips(list, order, press) {
  arrange(list, order)
  return [...list.children].map((line, index) => {
    const nodes = [...line.childNodes]
    const thing = { name: line.dataset.choice, limit: Number(line.dataset.matchMax), nodes }
    thing.label = nameOf(line, words.label(index + 1))
    thing.control = button('chip', () => press(thing), nodes)
    thing.control.classList.toggle('has-picture', picturesOf(thing.control).length > 0)
    thing.control.classList.toggle('is-long', thing.control.textContent.trim().length > LONG)
    if (thing.control.textContent.trim() === '') thing.control.setAttribute('aria-label', thing.label)
    line.append(thing.control)
    return thing
  })
}

/** The rule of an interaction, and what is missing by it; the author may have words for that. */
export function rule(root, { min, max }, count, most) {
  const top = max > 1 && (max < most || max === min) ? max : 0
  const said = min > 1 || top ? words.howMany(min, top) : ''
  const missing = count && count < min && (root.dataset.minSelectionsMessage || words.stillMissing(min - count))
  return said && missing ? `${said} ${missing}` : said
}

/** Native controls that do the same as pointing does; `whose` says of what, where there are several. */
export function byList(whose, ...children) {
  const title = whose ? `${words.byList} : ${whose}` : words.byList
  return h('details', { class: 'by-list' }, h('summary', {}, title), h('div', { class: 'by-list-fields' }, children))
}

const COVERED_PX = 96 // by what stays at the top and at the bottom of the page

/** Says why something cannot be done: above the question, and in passing where that is out of sight. */
export function explain(root, context, reason) {
  context.note(reason)
  const { top } = root.querySelector('.hint').getBoundingClientRect()
  if (top < COVERED_PX || top > innerHeight - COVERED_PX) say(reason)
}
