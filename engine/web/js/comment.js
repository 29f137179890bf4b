// A pupil's word about a question, where its author lets pupils comment: kept, sent and archived with the answer.

import { h, style } from './element.js'
import { words } from './words.js'

const LONGEST = 2000 // characters; what the server takes

/** Below the question; `isClosed`: what was said can still be read. */
export function addComment({ body, sitting }, item, isClosed) {
  if (body.comment || !body.querySelector('.item')) return
  style('attempts')
  const { comment = '' } = sitting.state.answers[item] || {}
  if (isClosed && !comment) return
  const field = h('textarea', { rows: 3, maxlength: LONGEST, id: 'comment', 'aria-describedby': 'comment-help' })
  field.value = comment
  field.readOnly = Boolean(isClosed)
  field.addEventListener('input', () => sitting.comment(item, field.value))
  body.comment = h(
    'details',
    { class: 'comment', open: Boolean(comment) },
    h('summary', {}, isClosed ? words.yourComment : words.addComment),
    h('label', { for: 'comment' }, words.yourComment),
    field,
    h('p', { class: 'hint', id: 'comment-help' }, words.commentHelp),
  )
  body.append(body.comment)
}
