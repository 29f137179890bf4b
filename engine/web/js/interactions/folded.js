// A choice in the middle of a sentence whose options are pictures, formulas or long: a button unfolds radio buttons.

import { button, h, style } from '../element.js'
import { arrange } from '../item.js'
import { words } from '../words.js'
import { copyOf, nameOf } from './chips.js'

export async function bind(root, context) {
  await style('places')
  const panel = root.querySelector('.qti-options')
  arrange(panel, context.order)
  const inputs = [...panel.querySelectorAll('input')]
  const shown = h('span', { class: 'folded-value' })
  const open = button('field folded', () => fold(!panel.hidden), shown)
  const title = words.answerNumber(context.index + 1)
  panel.hidden = true
  panel.setAttribute('role', 'radiogroup')
  panel.setAttribute('aria-label', title)
  root.prepend(open)
  root.classList.add('folding')
  inputs.forEach((input, index) => {
    const text = input.nextElementSibling
    if (!text.textContent.trim()) input.setAttribute('aria-label', nameOf(text, words.label(index + 1)))
  })

  function fold(isFolded) {
    panel.hidden = isFolded
    open.setAttribute('aria-expanded', !isFolded)
    root.classList.toggle('is-open', !isFolded)
    if (isFolded) return
    panel.scrollIntoView({ block: 'nearest' })
    ;(inputs.find((input) => input.checked) || inputs[0]).focus({ preventScroll: true })
  }

  function show() {
    const ticked = inputs.find((input) => input.checked)
    const text = ticked && ticked.nextElementSibling
    shown.replaceChildren(text ? copyOf([...text.childNodes]) : words.chooseOne)
    const said = text ? nameOf(text, words.label(inputs.indexOf(ticked) + 1)) : words.noAnswerYet
    open.setAttribute('aria-label', `${title} : ${said}`)
    open.classList.toggle('is-filled', Boolean(ticked))
    for (const input of inputs) input.closest('label').classList.toggle('is-ticked', input.checked)
  }

  const close = () => {
    fold(true)
    open.focus()
  }
  panel.addEventListener('change', () => {
    show()
    context.changed()
  })
  // A press chooses and folds; arrows only choose, Enter and Escape fold.
  let isPressed = false
  panel.addEventListener('pointerdown', () => (isPressed = true))
  panel.addEventListener('click', ({ target }) => isPressed && target.matches('input') && close())
  panel.addEventListener('keydown', (event) => {
    isPressed = false
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    close()
  })
  root.addEventListener('focusout', ({ relatedTarget }) => relatedTarget && !root.contains(relatedTarget) && fold(true))
  fold(true)
  show()
  return {
    read: () => (inputs.find((input) => input.checked) || { value: null }).value,
    write(value) {
      for (const input of inputs) input.checked = input.value === value
      show()
    },
  }
}
