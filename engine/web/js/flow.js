// The way in, to the first question.

import { Backoff, isPassing, post, rest } from './api.js'
import { countdown } from './clock.js'
import { button, byId, h, icon, show } from './element.js'
import { elements } from './fragment.js'
import { load } from './load.js'
import { Paper } from './paper.js'
import { Sitting, freshState } from './sitting.js'
import { openVault } from './vault.js'
import { speak, speakMore, words } from './words.js'

const resumption = () => load('./resume.js')
/** As this pupil chose, or the school: see access/looks.js. */
const dress = ({ state }) => (state.display || state.session.needs[0]) && load('./access/looks.js').then((looks) => looks.dress(state), () => {})

/** `form` has wait(text), fail(text), isCancelled. */
export async function logIn(code, form) {
  const vault = await openVault(code)
  return vault.state ? (await resumption()).reopen(vault, code, form) : enter(vault, code, form)
}

/** What a log-in sends: with its mark it may arrive twice, and late, and takes the seat once. */
export const loginOf = (code) => ({ code, mark: crypto.getRandomValues(new Uint32Array(2)).join('') })

export async function enter(vault, code, form) {
  const login = loginOf(code)
  const reply = await insist(() => post('login', login), form)
  if (!reply) return
  const old = vault.state
  const isSame = old && old.session.id === reply.session.id
  vault.state = isSame ? old : freshState(reply)
  const sitting = new Sitting(vault)
  await sitting.adopt(reply)
  await speak(sitting.state.session.language, '.test')
  if (sitting.state.session.status === 'ready') return showInstructions(sitting)
  return (await resumption()).resume(sitting, form, code)
}

export const untilSlot = ({ state, clock }) => state.session.opens_at_ms + (state.slot_ms || 0) - clock.now()

/** What the test is like, and a button that lights up at the server's hour. */
export function showInstructions(sitting) {
  const { instructions, session } = sitting.state
  const { title, limits = {} } = session
  const note = h('p', { class: 'waiting', role: 'status' })
  const arrival = h('p', { class: 'help' }, words.arriving)
  const begin = button('main big', press)
  let isStarting = false

  function update() {
    if (!begin.isConnected) return clearInterval(ticking)
    if (isStarting) return
    const wait_ms = sitting.state.session.opens_at_ms - sitting.clock.now()
    begin.disabled = wait_ms > 0
    begin.textContent = wait_ms > 0 ? words.startsIn(countdown(wait_ms)) : words.start
  }

  function press() {
    isStarting = begin.disabled = true
    begin.textContent = words.starting
    note.textContent = ''
    setTimeout(start, untilSlot(sitting), sitting, {
      wait: (text) => (note.textContent = text),
      fail(text) {
        note.textContent = text
        isStarting = false
        update()
      },
    })
  }

  sitting.content.prefetch().then(() => arrival.replaceChildren(icon('check'), words.arrived))
  byId('title').textContent = title
  byId('tools').textContent = ''
  dress(sitting)
  const part = (title, text) => h('section', {}, h('h2', {}, title), text)
  const howTo = h('ul', { class: 'how' }, words.howTo.map(([drawing, text]) => h('li', {}, icon(drawing), h('span', {}, text))))
  const fact = (drawing, text) => h('span', {}, icon(drawing), text)
  show(
    'instructions',
    words.beforeStart,
    h(
      'div',
      { class: 'card broad' },
      h('h1', {}, title),
      h(
        'p',
        { class: 'facts' },
        limits.duration_ms && fact('clock', words.minutes(Math.round(limits.duration_ms / 60_000))),
        limits.items && fact('grid', words.questions(limits.items)),
      ),
      h(
        'div',
        { class: 'brief' },
        instructions && part(words.beforeStart, h('div', { class: 'item own' }, elements(instructions))),
        part(instructions ? words.howItWorks : words.beforeStart, howTo),
      ),
      arrival,
      h('div', { class: 'actions' }, note, begin),
    ),
  )
  if (sitting.state.session.leads) load('./course.js').then((course) => course.instruct(sitting), () => {})
  if (untilSlot(sitting) > 0) load('./opening.js').then((opening) => opening.prepare(sitting, begin), () => {})
  const ticking = setInterval(update, 250)
  update()
}

/** For a first start and a new seat alike. */
export async function start(sitting, form) {
  const { route, token } = sitting.state
  const reply = await insist(() => post('start', route ? { route } : {}, token), form)
  if (!reply) return
  await sitting.adopt(reply)
  return begin(sitting)
}

/** First the question; everything else when it stands. */
export async function begin(sitting) {
  const { content, state } = sitting
  content.open(state.key).then((header) => {
    sitting.header = header
    sitting.emit('answers')
  }, console.error)
  await dress(sitting)
  const desk = () => load('./desk.js')
  const openMap = () => desk().then((open) => open.openMap())
  const finish = () => desk().then((open) => open.review())
  const turn = { openMap, finish }
  const paper = state.session.leads
    ? await insistOn(() => load('./course.js').then((course) => course.open(sitting, turn)))
    : new Paper(sitting, turn)
  await paper.begin()
  await new Promise(requestAnimationFrame)
  return (await insistOn(desk)).attend(sitting, paper)
}

async function insistOn(fetched) {
  for (const backoff = new Backoff(); ; await rest(backoff.delay_ms())) {
    const found = await fetched().catch(() => null)
    if (found) return found
  }
}

/** Ask until there is a reply; null if a refusal stands or the pupil gave up. */
export async function insist(ask, form) {
  let backoff = new Backoff()
  for (;;) {
    const reply = await ask()
    if (form.isCancelled) return null
    if (reply.ok || reply.code === 'gap') return reply // this log-in was lost: see resume.js
    if (isPassing(reply)) {
      form.wait(navigator.onLine ? words.tryingAgain : words.noLine)
      speakMore() // in the language of the test
    } else if (!(await (await resumption()).waits(reply, form))) return null
    if (reply.place) backoff = new Backoff()
    await rest(backoff.delay_ms(reply))
    if (form.isCancelled) return null
  }
}
