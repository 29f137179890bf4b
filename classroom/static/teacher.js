// The engine's own page for a teacher: the door, then the room or the grid, with pupils by number.

import { ownCalls, Refused, request } from './calls.js'
import { mountKeying } from './keying.js'
import { button, element } from './page.js'
import { mountResults } from './results.js'
import { mountRoom } from './room.js'
import { WORDS } from './words.js'

const DOOR = '/api/v1/teacher'
const LANGUAGE = 'passation-language'
const MARK = { 'X-Passation': '1' }
const SAID = { code_typo: 'mistyped', code_unknown: 'unknown', bad_request: 'mistyped', slow_down: 'slow' }

const page = document.getElementById('page')
const leave = document.getElementById('leave')
const languages = [...document.querySelectorAll('.language')]
const language = localStorage.getItem(LANGUAGE) ?? (navigator.language.startsWith('fr') ? 'fr' : 'en')
const words = WORDS[language].door

document.documentElement.lang = language
document.title = `${words.title} · Passation`
for (const choice of languages) {
  choice.setAttribute('aria-pressed', String(choice.lang === language))
  choice.addEventListener('click', () => {
    localStorage.setItem(LANGUAGE, choice.lang)
    location.reload()
  })
}
const manual = document.getElementById('manual')
manual.textContent = words.manual
manual.href = words.manualAt
const foot = document.getElementById('foot')
foot.setAttribute('aria-label', words.foot)
foot.append(...words.links.map(([textContent, href]) => element('a', { textContent, href })))
leave.textContent = words.leave
leave.addEventListener('click', async () => {
  await request(DOOR, { method: 'DELETE', headers: MARK }).catch(() => {})
  location.assign('/teacher')
})

function field(id, label, properties) {
  const input = element('input', { id, autocomplete: 'off', spellcheck: false, required: true, ...properties })
  return [input, element('p', { className: 'field' }, element('label', { htmlFor: id, textContent: label }), input)]
}

function door() {
  leave.hidden = true
  const [room, roomField] = field('room-name', words.room, { maxLength: 40 })
  const [code, codeField] = field('code', words.code, { maxLength: 60 })
  const error = element('p', { className: 'error', id: 'error', hidden: true, attributes: { role: 'alert' } })
  const form = element('form', { className: 'card' }, element('h1', { textContent: words.title }), element('p', { textContent: words.lead }), error, roomField, codeField, element('p', { className: 'help', textContent: words.numbers }), element('p', { className: 'actions' }, element('button', { className: 'main', textContent: words.go })))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      const entered = await request(DOOR, { method: 'POST', headers: MARK, body: { room: room.value, code: code.value } })
      inside(entered.room)
    } catch (problem) {
      error.textContent = words[problem instanceof Refused ? (SAID[problem.code] ?? 'away') : 'away']
      error.hidden = false
      code.focus()
    }
  })
  page.replaceChildren(form)
  room.focus()
}

function inside(room) {
  leave.hidden = false
  const place = element('div')
  const call = ownCalls(room)
  const views = [['seats', 'room', mountRoom], ['keying', 'keying', mountKeying], ['results', 'results', mountResults]]
  const tabs = views.map(([name]) => button(words[name], 'second tab', () => {
    location.hash = name
  }))
  const show = () => {
    const at = Math.max(0, views.findIndex(([name]) => location.hash === `#${name}`))
    tabs.forEach((tab, number) => tab.setAttribute('aria-pressed', String(number === at)))
    const root = element('div', { id: views[at][1] })
    place.replaceChildren(root)
    views[at][2](root, { language, call, room })
  }
  page.replaceChildren(
    element('div', { className: 'wide-page' }, element('h1', { textContent: `${words.title} ${room}` }), element('div', { className: 'actions', attributes: { role: 'group' } }, ...tabs), place)
  )
  addEventListener('hashchange', () => location.reload())
  show()
}

try {
  inside((await request(DOOR, { headers: MARK })).room)
} catch {
  door()
}
