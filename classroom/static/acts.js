// What a teacher does to a seat or to the room, asked for in a window and confirmed where it hurts.

import { ask, element, fill } from './page.js'
import { Refused, reasonOf } from './calls.js'

const MINUTES = [5, 10, 15, 20, 30]
const REASONS = ['technical', 'evacuation', 'arrangement', 'other']
const UNDER_WAY = ['running', 'paused']

export async function actOn(room, seat) {
  const { words } = room
  const name = room.nameOf(seat)
  const acts = [
    seat.status === 'running' && 'pause', seat.status === 'paused' && 'resume', 'extend',
    UNDER_WAY.includes(seat.status) && 'allow', room.reserve && room.people?.get(seat.session)?.name && 'giveReserve', 'close',
  ].filter(Boolean)
  const buttons = acts.map((act) => ({ text: words[act], value: act, className: act === 'close' ? 'second is-grave' : 'second' }))
  const act = await ask(name, [], [...buttons, { text: words.cancel, value: '', className: 'plain' }])
  if (act === 'giveReserve') await giveReserve(room, seat, name)
  else if (act) await give(room, `/seats/${seat.session}`, act, name, { pause: words.pauseText, allow: words.allowText, close: fill(words.closeText, { name }) }[act])
}

export async function actOnAll(room, act) {
  const { words } = room
  const count = room.seats.filter(({ status }) => UNDER_WAY.includes(status) || (act !== 'pause' && status === 'ready')).length
  const text = { pause: fill(words.pauseAllText, { count }), close: fill(words.closeAllText, { count }) }[act]
  await give(room, '/seats', act, words.everybody, text, words[`${act}All`])
}

async function give(room, path, act, name, text, title = room.words[act]) {
  const { words } = room
  const body = act === 'extend' ? await howMuch(words, name) : { act }
  if (!body || (text && !(await isSure(words, `${title} : ${name}`, text, act)))) return
  try {
    const { done } = await room.call(path, { method: 'POST', body })
    room.tell(fill(done ? words.done : words.later, { act: title, name }))
  } catch (error) {
    const isRefused = error instanceof Refused && error.status === 409
    room.tell(isRefused ? fill(words.refused, { act: title, name }) : words[reasonOf(error)])
  }
  room.look()
}

async function isSure(words, title, text, act) {
  const go = { text: words.confirm, value: 'go', className: act === 'close' ? 'main is-grave' : 'main' }
  const stay = { text: words.cancel, value: '', className: 'second' }
  return (await ask(title, [element('p', { textContent: text })], [stay, go])) === 'go'
}

async function howMuch(words, name) {
  const choices = MINUTES.map((minutes) => {
    const input = element('input', { type: 'radio', name: 'minutes', value: String(minutes), checked: minutes === 10 })
    return element('label', {}, input, ` ${fill(words.minutes, { count: minutes })}`)
  })
  const reason = element('select', { id: 'reason' }, ...REASONS.map((name) => element('option', { value: name, textContent: words[name] })))
  const content = [
    element('fieldset', { className: 'minutes' }, element('legend', { textContent: words.howLong }), ...choices),
    element('p', { className: 'field' }, element('label', { htmlFor: 'reason', textContent: words.reason }), reason),
  ]
  const actions = [{ text: words.cancel, value: '', className: 'second' }, { text: words.extend, value: 'go', className: 'main' }]
  if ((await ask(`${words.extend} : ${name}`, content, actions)) !== 'go') return null
  const minutes = Number(choices.map((label) => label.firstChild).find(({ checked }) => checked).value)
  return { act: 'extend', minutes, reason: reason.value }
}

/** The authority notes whose code it is now; the engine ends what was begun with the former one. */
async function giveReserve(room, seat, name) {
  const { words } = room
  const free = [...room.people].filter(([, person]) => !person.name)
  const select = element('select', { id: 'reserve' }, ...free.map(([session, { number }]) => element('option', { value: session, textContent: fill(words.reserve, { number }) })))
  const content = [element('p', { textContent: free.length ? fill(words.reserveText, { name }) : words.reserveNone })]
  if (free.length) content.push(element('p', { className: 'field' }, element('label', { htmlFor: 'reserve', textContent: words.giveReserve }), select))
  const actions = [{ text: words.cancel, value: '', className: 'second' }]
  if (free.length) actions.push({ text: words.confirm, value: 'go', className: 'main' })
  if ((await ask(`${words.giveReserve} : ${name}`, content, actions)) !== 'go') return
  try {
    room.people = await room.reserve(seat.session, select.value)
    await room.call(`/seats/${seat.session}`, { method: 'POST', body: { act: 'close' } })
    room.tell(fill(words.done, { act: words.giveReserve, name }))
  } catch (error) {
    const isRefused = error instanceof Refused && error.status === 409
    room.tell(isRefused ? fill(words.refused, { act: words.giveReserve, name }) : words[reasonOf(error)])
  }
  room.look()
}
