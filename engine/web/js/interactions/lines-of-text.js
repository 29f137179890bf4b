// Extended text that takes several texts: a field for each, and more of them where the author sets no limit.

import { button, h } from '../element.js'
import { words } from '../words.js'
import { remark } from './text.js'

export function bind(root, context) {
  const list = root.querySelector('.qti-lines')
  const isOpen = 'open' in root.dataset
  const empty = list.lastElementChild.cloneNode(true)
  const fields = []
  const adder = isOpen && button('second', () => grow().focus(), words.addLine)
  const filled = () => fields.filter((field) => field.value.trim()).length

  function take(line) {
    const field = line.querySelector('input, textarea')
    fields.push(field)
    field.classList.add('field')
    field.spellcheck = false
    field.setAttribute('aria-label', words.answerNumber(fields.length))
    const isLine = field.matches('input')
    field.addEventListener('keydown', (event) => isLine && event.key === 'Enter' && event.preventDefault())
    field.addEventListener('input', context.changed)
    field.addEventListener('change', () => context.note(remark(field, context.baseType) || missing() || rule))
    return field
  }

  function grow() {
    const line = empty.cloneNode(true)
    list.append(line)
    const field = take(line)
    if (adder) adder.hidden = fields.length >= context.max
    return field
  }

  const most = isOpen ? 0 : context.max
  const rule = context.min > 1 ? words.howMany(context.min, most) : ''
  const missing = () => (filled() && filled() < context.min ? words.stillMissing(context.min - filled()) : '')

  take(list.firstElementChild)
  while (fields.length < Number(root.dataset.fields)) grow()
  if (rule) context.note(rule)
  if (adder) root.append(h('p', { class: 'more' }, adder))
  return {
    read() {
      const values = fields.map((field) => field.value)
      // A place left free in the middle is kept: what comes after it stands where the pupil put it.
      while (values.length && !values[values.length - 1].trim()) values.pop()
      return values.length ? values : null
    },
    write(value) {
      const values = [].concat(value || [])
      while (fields.length < Math.min(values.length, context.max)) grow()
      fields.forEach((field, index) => (field.value = values[index] || ''))
    },
  }
}
