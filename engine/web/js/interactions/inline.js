// A choice in the middle of a sentence: a native select, or radio buttons that unfold.

import { arrange } from '../item.js'
import { load } from '../load.js'
import { words } from '../words.js'

export async function bind(root, context) {
  if (root.querySelector('.qti-options')) return (await load('./interactions/folded.js')).bind(root, context)
  const list = root.matches('select') ? root : root.querySelector('select')
  list.classList.add('field')
  arrange(list, context.order, (option) => option.value)
  list.setAttribute('aria-label', words.answerNumber(context.index + 1))
  list.options[0].text = list.options[0].text || words.chooseOne
  const show = () => list.classList.toggle('is-filled', list.value !== '')
  list.addEventListener('change', () => {
    show()
    context.changed()
  })
  return {
    read: () => list.value || null,
    write(value) {
      list.value = value || ''
      show()
    },
  }
}
