// Slider: a native range with two buttons beside it. Until it is touched it shows no number and is no answer.

import { button, h } from '../element.js'
import { words } from '../words.js'

export function bind(root, context) {
  const range = root.querySelector('input')
  const output = root.querySelector('output') || h('output', {})
  const first = range.value
  const ends = [range.min, range.max].map((end) => h('span', {}, end))
  const line = h('div', { class: 'slider' })
  let isGiven = false
  if (root.querySelector('[data-reverse]') || root.matches('[data-reverse]')) {
    range.dir = 'rtl'
    ends.reverse()
  }
  range.before(line)
  const scale = h('div', { class: 'slider-ends', 'aria-hidden': 'true' }, ends)
  const track = h('div', { class: 'slider-track' }, range, scale)
  const [less, more] = [step('−', words.less, () => range.stepDown()), step('+', words.more, () => range.stepUp())]
  line.append(less, track, more, output)

  function step(sign, title, move) {
    const act = () => {
      if (isGiven) move()
      give()
    }
    const element = button('step', act, sign)
    element.setAttribute('aria-label', title)
    return element
  }

  function show() {
    output.textContent = isGiven ? range.value : '?'
    root.classList.toggle('is-given', isGiven)
    context.note(isGiven ? '' : words.sliderHelp)
    if (isGiven) range.removeAttribute('aria-valuetext')
    else range.setAttribute('aria-valuetext', words.noAnswerYet)
  }

  function give() {
    isGiven = true
    show()
    context.changed()
  }

  range.addEventListener('input', give)
  range.addEventListener('click', give) // where the right place is the one it starts from
  range.addEventListener('keydown', ({ key }) => (key === 'Enter' || key === ' ') && give())
  show()
  return {
    read: () => (isGiven ? range.value : null),
    write(value) {
      isGiven = value !== null
      range.value = isGiven ? value : first
      show()
    },
  }
}
