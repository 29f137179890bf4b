// Before hand-in: what is answered and what is not, in words, and the way back to each question.

import { button, h, icon, show } from './element.js'
import { questionList } from './map.js'
import { ask } from './notice.js'
import { isMarked, stateOf } from './progress.js'
import { words } from './words.js'

export function showReview(sitting, { go, back, handIn }) {
  const { items } = sitting
  const numbers = (test) => items.filter(({ item }) => test(item)).map(({ number }) => number)
  const none = numbers((item) => stateOf(sitting, item) === 'none')
  const partly = numbers((item) => stateOf(sitting, item) === 'partly')
  const aside = numbers((item) => stateOf(sitting, item) === 'aside')
  const marked = numbers((item) => isMarked(sitting, item))
  const isOpen = (number) => !sitting.course || sitting.course.allows(number - 1)
  const open = none.length + partly.length + aside.length
  const line = (drawing, text, kind) => h('li', { class: kind }, icon(drawing), h('span', {}, text))
  const confirm = async () => {
    const lines = [
      none.length > 0 && words.missing(none),
      partly.length > 0 && words.unfinished(partly),
      aside.length > 0 && words.notSaved(aside),
      h('p', { class: open ? 'warning' : '' }, words.sureText),
    ]
    const choices = [[words.notYet, false, 'second'], [words.yesHandIn, true]]
    if (await ask(open ? 'alert' : 'check', words.sure, lines, choices)) handIn()
  }
  show(
    'review',
    words.review,
    h(
      'div',
      { class: 'card broad' },
      h('h1', {}, words.review),
      h(
        'ul',
        { class: 'sums' },
        open
          ? line('alert', words.someAnswered(items.length - open, items.length))
          : line('check', words.allAnswered(items.length), 'is-fine'),
        none.some(isOpen) && line('alert', words.missing(none.filter(isOpen))),
        partly.some(isOpen) && line('alert', words.unfinished(partly.filter(isOpen))),
        aside.length > 0 && line('alert', words.notSaved(aside)),
        marked.length > 0 && line('flag', words.markedOnes(marked)),
      ),
      questionList(sitting, go, 'h2', { isReview: true }),
      h(
        'div',
        { class: 'actions' },
        button('second', back, icon('left'), words.backToTest),
        button('main', confirm, words.handIn),
      ),
    ),
  )
}
