// The class on its day. Names come from this origin, states from the engine; they are joined here, in memory,
// and nowhere else: nothing is stored, no name is ever part of an address or sent to the engine.
//
//   GET {engine}/api/v1/rooms/{room}/seats     Authorization: Assertion {signed by this authority}
//   {"now_ms", "seats": [{"session", "status", "at", "items", "held", "seen_ms", "safe"}]}

const EVERY_MS = 10_000
const SLOWEST_MS = 120_000
const PATIENCE_MS = 15_000
const RENEW_MS = 60_000
const STATUSES = ['absent', 'ready', 'running', 'paused', 'submitted', 'closed']

const page = document.getElementById('progress')
const [rows, warning, when, sum] = ['seats', 'warning', 'when', 'sum'].map((id) => document.getElementById(id))
const words = page.dataset
let assertion = { assertion: '', expires_ms: 0 }
let people = []
let readAt = ''
let failures = 0

class Refused extends Error {
  constructor(status) {
    super(`status ${status}`)
    this.status = status
  }
}

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
const clock = () => new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' }).format(new Date())

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

async function call(address, options = {}) {
  const reply = await fetch(address, { ...options, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!reply.ok) throw new Refused(reply.status)
  return reply.json()
}

async function own(address, method = 'GET') {
  try {
    return await call(address, { method, headers: { 'X-Passation': '1' } })
  } catch (error) {
    throw Object.assign(error, { own: true })
  }
}

async function seats() {
  if (Date.now() > assertion.expires_ms - RENEW_MS) assertion = await own('/assertion', 'POST')
  const address = `${words.engine}/api/v1/rooms/${encodeURIComponent(words.room)}/seats`
  const headers = { Authorization: `Assertion ${assertion.assertion}` }
  return call(address, { headers, credentials: 'omit', referrerPolicy: 'no-referrer' })
}

function cell(label, ...children) {
  const made = element('td', {}, ...children)
  made.dataset.label = label
  return made
}

function where(seat) {
  if (!seat?.items || !seat.at || seat.status === 'absent') return ['–']
  const label = fill(words.progressItem, seat)
  const bar = element('progress', { max: seat.items, value: seat.at })
  bar.setAttribute('aria-label', label)
  return [element('span', { className: 'track' }, bar, element('span', { textContent: label }))]
}

function safety(seat) {
  if (!seat || ['absent', 'ready'].includes(seat.status)) return '–'
  if (seat.safe) return element('span', { className: 'pill is-safe', textContent: words.answersSafe })
  if (seat.held > 0) return element('span', { className: 'pill is-waiting', textContent: fill(words.answersWaiting, { count: seat.held }) })
  return element('span', { className: 'pill', textContent: words.answersUnknown })
}

function row(person, seat) {
  const status = STATUSES.includes(seat?.status) ? seat.status : 'unknown'
  const name = person.name || fill(words.reserveNumber, person)
  const done = ['submitted', 'closed'].includes(status) ? ' is-done' : status === 'running' ? ' is-open' : ''
  const state = element('span', { className: `pill${done}`, textContent: words[`seat${status[0].toUpperCase()}${status.slice(1)}`] })
  const head = element('th', { scope: 'row', textContent: name })
  head.dataset.label = words.progressPupil
  return element('tr', {}, head, cell(words.progressState, state), cell(words.progressWhere, ...where(seat)), cell(words.progressSafe, safety(seat)))
}

function show(found) {
  const bySession = new Map(found.map((seat) => [seat.session, seat]))
  // A reserve code that nobody was given shows only once somebody uses it.
  const shown = people.filter(({ name, session }) => name || !['absent', undefined].includes(bySession.get(session)?.status))
  rows.replaceChildren(...shown.map((person) => row(person, bySession.get(person.session))))
  if (!found.length) return
  const count = (...statuses) => shown.filter(({ session }) => statuses.includes(bySession.get(session)?.status)).length
  sum.textContent = fill(words.progressSum, { submitted: count('submitted', 'closed'), running: count('running', 'paused', 'ready'), absent: count('absent') })
}

function warn(text) {
  if (warning.textContent !== text) warning.textContent = text
  warning.hidden = !text
  when.textContent = text && readAt ? fill(words.progressStale, { time: readAt }) : readAt && fill(words.progressAt, { time: readAt })
}

function reason(error) {
  if (error instanceof Refused && error.own) return words.progressLogin
  return error instanceof Refused && [401, 403, 404, 409, 410].includes(error.status) ? words.progressDenied : words.progressAway
}

async function look() {
  try {
    const found = (await seats()).seats
    readAt = clock()
    failures = 0
    show(Array.isArray(found) ? found : [])
    warn('')
  } catch (error) {
    failures += 1
    assertion = error instanceof Refused ? { assertion: '', expires_ms: 0 } : assertion
    warn(reason(error))
  }
  const pause = Math.min(EVERY_MS * 2 ** failures, SLOWEST_MS)
  setTimeout(look, failures ? pause * (0.5 + Math.random() / 2) : pause)
}

async function begin() {
  try {
    people = (await own(`/classes/${words.class}/people`)).people
  } catch {
    warn(words.progressLogin)
    return
  }
  show([])
  if (!words.engine) {
    warn(words.progressNone)
    return
  }
  look()
}

addEventListener('pagehide', () => rows.replaceChildren())
begin()
