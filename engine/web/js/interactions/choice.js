// Native radio buttons and check boxes, and their limits: choice, hot text, hot spots, match.

import { arrange } from '../item.js'
import { words } from '../words.js'

export function bind(root, context) {
  const list = root.querySelector('.qti-choices')
  if (list) arrange(list, context.order)
  return bindTicks(root, context)
}

/** `refusal(input)` tells why a tick cannot stand. */
export function bindTicks(root, { max, min, isSingle, note, changed }, refusal = () => '') {
  const inputs = [...root.querySelectorAll('input')]
  const ticked = () => inputs.filter((input) => input.checked)
  const isMany = inputs[0].type === 'checkbox'
  const tooMany = () => root.dataset.maxSelectionsMessage || (words.tooMany ? words.tooMany(max) : rule)
  const rule = isMany ? words.choose(min, max) : ''
  const show = () => {
    for (const input of inputs) input.closest('label').classList.toggle('is-ticked', input.checked)
  }
  let kept = []
  root.addEventListener('change', ({ target }) => {
    const reason = target.checked && (isMany && max && ticked().length > max ? tooMany() : refusal(target))
    // What cannot stand changes nothing, also where it took the place of another tick.
    if (reason) for (const input of inputs) input.checked = kept.includes(input.value)
    else kept = ticked().map((input) => input.value)
    note(reason || rule)
    show()
    if (!reason) changed()
  })
  if (rule) note(rule)
  return {
    inputs,
    read() {
      const values = ticked().map((input) => input.value)
      return isSingle ? values[0] || null : values.length ? values : null
    },
    write(value) {
      kept = [].concat(value)
      for (const input of inputs) input.checked = kept.includes(input.value)
      show()
    },
  }
}
