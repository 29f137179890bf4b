// Passages: beside the question on a wide screen, folded above it on a narrow one.

import { h } from './element.js'
import { words } from './words.js'

const NARROW_PX = 640

export async function takePassages(root, content, fill) {
  const places = [...root.querySelectorAll('[data-stimulus]')]
  const texts = await Promise.all(places.map((place) => content.get('stimulus', place.dataset.stimulus)))
  for (const place of places) place.remove()
  const passages = texts.map((html) => fill(h('div', { class: 'item passage' }), html, content))
  const key = places.map((place) => place.dataset.stimulus).join()
  return { lay: (paper) => lay(paper, key, passages) }
}

function lay({ sheet, question }, key, passages) {
  const old = question.previousSibling
  // Known from the question before: it stays as far as it was read, folded where it is narrow.
  if (old && old.dataset.key === key) {
    if (innerWidth < NARROW_PX) old.open = false
    return
  }
  const scroll = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.passage }, passages)
  const box = h('details', { class: 'passages', open: true, 'data-key': key }, h('summary', {}, words.passage), scroll)
  sheet.classList.add('has-passage')
  sheet.replaceChildren(box, question)
}
