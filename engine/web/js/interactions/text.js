// Text entry and extended text. Listens to `input`, so that pasted and dictated text is saved as well.

import { h } from '../element.js'
import { load } from '../load.js'
import { words } from '../words.js'

const LONGEST = 15_000 // characters: a batch of 64 KiB holds it in any alphabet

export function bind(root, context) {
  if (root.querySelector('.qti-lines')) return load('./interactions/lines-of-text.js').then((module) => module.bind(root, context))
  const field = root.matches('input') ? root : root.querySelector('textarea, input')
  const isLong = field.matches('textarea')
  const hasLimit = field.maxLength > 0 && field.maxLength < LONGEST
  if (!hasLimit || field.maxLength > LONGEST) field.maxLength = LONGEST
  field.spellcheck = false // no pupil's browser corrects what another's does not
  const count = isLong ? counter(field, hasLimit) : () => {}
  if (!isLong) {
    field.classList.add('field')
    field.setAttribute('aria-label', words.answerNumber(context.index + 1))
    field.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault())
  }
  field.addEventListener('input', () => {
    count()
    context.changed()
  })
  field.addEventListener('change', () => context.note(remark(field, context.baseType)))
  return {
    read: () => field.value || null,
    write(value) {
      field.value = value || ''
      count()
    },
  }
}

/** What looks wrong, kindly: the answer is saved all the same. */
export function remark(field, baseType) {
  const text = field.value.trim()
  const { pattern, patternMessage, base } = field.dataset
  if (!text) return ''
  if (pattern && !matches(pattern, text)) return patternMessage || words.otherForm
  const isNumber = /^[-+−]?[\d\s]*[.,]?\d*(e[-+]?\d+)?$/i.test(text)
  return !base && (baseType === 'integer' || baseType === 'float') && !isNumber ? words.needsNumber : ''
}

function matches(pattern, text) {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text)
  } catch {
    return true // a pattern of another dialect
  }
}

function counter(field, hasLimit) {
  const text = h('p', { class: 'counter' })
  field.after(text)
  const count = () => {
    const { value, maxLength } = field
    const wordCount = (value.match(/\S+/g) || []).length
    text.textContent = hasLimit ? words.charactersOf(value.length, maxLength) : words.wordsWritten(wordCount)
  }
  count()
  return count
}
