// Crossing out: choices that a pupil has ruled out. It is no answer: it stays on this device, and is never sent.

import { DRAWINGS, button, h, icon } from '../element.js'
import { looksOf } from './looks.js'
import { phrases } from './phrases.js'
import { isNew } from './tools.js'

DRAWINGS.strike = 'M6 6l12 12M18 6L6 18'

export function equip({ sitting, item, texts }) {
  const isWanted = looksOf(sitting.state).on.includes('answer-masking')
  for (const [element] of texts) {
    if (isWanted) for (const line of element.querySelectorAll('.qti-choices > li')) furnish(line, sitting, item)
    for (const one of element.querySelectorAll('.strike')) one.hidden = !isWanted
  }
}

function furnish(line, sitting, item) {
  if (!isNew(line, 'striking')) return
  const { state } = sitting
  const { choice } = line.dataset
  const text = line.querySelector('.qti-choice').textContent.trim() || (line.querySelector('[alt]') || {}).alt || ''
  const control = button('strike', () => strike(!isStruck()), icon('strike'))
  const isStruck = () => ((state.struck || {})[item] || []).includes(choice)
  function strike(wanted) {
    const others = ((state.struck || {})[item] || []).filter((one) => one !== choice)
    state.struck = { ...state.struck, [item]: wanted ? [...others, choice] : others }
    sitting.keepSoon()
    show()
  }
  function show() {
    line.classList.toggle('is-struck', isStruck())
    control.setAttribute('aria-pressed', isStruck())
    control.title = isStruck() ? phrases.unstrike : phrases.strike
    control.setAttribute('aria-label', `${phrases.strike} : ${text}`)
  }
  // Who chooses it after all has not ruled it out.
  line.addEventListener('change', ({ target }) => target.checked && isStruck() && strike(false))
  line.append(control)
  show()
}
