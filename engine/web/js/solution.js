// The right answer, where its author shows it afterwards. The server gives it, and only when no answer counts any more.

import { isPassing, post } from './api.js'
import { button, h, icon, style } from './element.js'
import { mount } from './item.js'
import { say } from './notice.js'
import { words } from './words.js'

/** A button below a closed question that turns from the pupil's answer to the solution and back. */
export function offerSolution({ body, sitting }, entry) {
  const own = body.querySelector('.item')
  if (body.solution || !own) return
  style('attempts')
  const text = h('span', {})
  const turn = button('second check', () => toggle(), icon('check'), text)
  const note = h('p', { class: 'hint', role: 'status' })
  body.solution = h('div', { class: 'attempts' }, turn, note)
  body.append(body.solution)
  let solved = null
  let isShown = false

  function name() {
    text.textContent = isShown ? words.seeOwn : words.seeSolution
    note.textContent = isShown ? words.thisIsSolution : ''
  }

  async function toggle() {
    turn.disabled = true
    solved = solved || (await fetchSolution())
    turn.disabled = false
    if (!solved || !turn.isConnected) return
    isShown = !isShown
    if (isShown) own.replaceWith(solved)
    else solved.replaceWith(own)
    name()
    turn.focus()
  }

  /** The server tells it when it knows that this question was left: so what waits goes first. */
  async function fetchSolution() {
    note.textContent = ''
    if (!sitting.isOver && sitting.outbox) await sitting.outbox.empties()
    const question = { kind: 'solution', item: entry.item }
    const reply = await post('attempts', question, sitting.token || sitting.state.token)
    const { solution } = reply
    if (!reply.ok) note.textContent = isPassing(reply) ? words.solutionNeedsNetwork : words.callTeacher(reply.code)
    else if (!solution) note.textContent = words.solutionLater
    else if (!Object.keys(solution).length) note.textContent = words.noSolution
    else {
      const { element } = await mount(entry, sitting.content, { response: solution }, () => {}, sitting, true)
      element.classList.add('is-read', 'is-solution')
      say(words.thisIsSolution, true)
      return element
    }
    return null
  }

  name()
}
