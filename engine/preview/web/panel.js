// The author's page: asks the server for news, shows them beside the pupil's page.

import { h, plain } from './element.js'
import { Player } from './player.js'
import { trace } from './trace.js'
import { LANGUAGES, preferred } from './words.js'

const RETRY_MS = 1500
const LOOK_MS = 250

const stage = document.getElementById('stage')
const panel = document.getElementById('panel')
const frame = h('iframe', {})
const sheet = h('div', { class: 'sheet desk' }, frame)
const player = new Player(frame)
let language = preferred()
let words = LANGUAGES[language][1]
let state = null
let shown = 0
let isAway = false

function tools() {
  const width = (name) => {
    const choose = () => {
      sheet.className = `sheet ${name}`
      draw()
    }
    return h('button', { 'aria-pressed': sheet.classList.contains(name), onclick: choose }, words.widths[name])
  }
  const speak = (name) => () => {
    language = name
    words = LANGUAGES[name][1]
    draw()
  }
  const languages = Object.entries(LANGUAGES).map(([name, [title]]) =>
    h('button', { lang: name, 'aria-pressed': name === language, onclick: speak(name) }, title),
  )
  const isNothing = !state || !state.code
  const start = h('button', { class: 'first', disabled: isNothing && '', onclick: () => player.walk(shown || 1) }, words.start)
  const again = h('button', { onclick: () => fetch('again', { method: 'POST' }) }, words.again)
  const widths = h('span', { class: 'tools', role: 'group', 'aria-label': words.width }, Object.keys(words.widths).map(width))
  return h('div', { class: 'tools' }, start, again, h('span', { class: 'gap' }), widths, languages)
}

function draw() {
  document.documentElement.lang = language
  document.title = `${words.title} · ${(state && state.title) || 'Passation'}`
  frame.title = words.player
  panel.setAttribute('aria-label', words.panel)
  const old = stage.querySelector('.tools')
  old ? old.replaceWith(tools()) : stage.append(tools(), sheet)
  if (state) panel.replaceChildren(...told())
}

function told() {
  if (isAway) return [box('bad', words.away)]
  const items = state.items || []
  const item = items[shown - 1]
  return [
    state.problems.length ? box('bad', state.code ? words.problems : words.broken, state.problems) : null,
    ...(item ? about(item, items.length) : [h('h1', {}, state.title || state.package), state.code && h('p', {}, words.before)]),
    items.length ? all(items) : null,
    state.remarks && state.remarks.length ? remarks(state.remarks) : null,
  ].filter(Boolean)
}

const place = ({ file, line }) => [h('code', {}, file), line ? `, ${words.line(line)}` : '']
const problem = (one) => h('li', {}, place(one), h('br'), one.message)
const box = (kind, title, problems = []) =>
  h('div', { class: `box ${kind}`, role: 'status' }, h('h2', {}, title), h('ul', {}, problems.map(problem)))

function remarks(found) {
  const list = h('ul', {}, found.map(problem))
  return h('details', { class: 'box warn' }, h('summary', {}, h('h2', {}, words.remarks(found.length))), list)
}

function about(item, count) {
  const names = h('p', { class: 'about' }, [item.authored, item.kinds.join(', '), item.domain].filter(Boolean).join(' · '))
  return [
    h('div', {}, h('h2', {}, words.question(shown, count)), h('h1', {}, item.title || item.authored), names),
    score(item),
    item.rubric ? section(words.rubric, item.rubric.split('\n').map((line) => h('p', {}, line))) : null,
    section(words.responses, responses(item)),
    section(words.trace, item.trace.length ? trace(item.trace, words.words) : h('p', { class: 'none' }, words.noRules)),
    item.is_whole ? null : h('p', { class: 'none' }, words.cut),
    section(words.outcomes, pairs(item.outcomes)),
  ].filter(Boolean)
}

const section = (title, ...content) => h('section', {}, h('h2', {}, title), content)

function score({ outcomes, max, needs_marking: isPerson }) {
  const value = outcomes.SCORE === undefined ? null : outcomes.SCORE
  const isFull = !isPerson && max !== null && value === max
  const state = isPerson ? 'score person' : isFull ? 'score full' : 'score'
  const words_ = isPerson ? `${words.person}, ${words.of(max)}` : [h('strong', {}, plain(value)), words.of(max)]
  return h('p', { class: state, role: 'status', 'aria-label': words.score }, words_)
}

const none = () => h('span', { class: 'none' }, words.none)
const value = (one) => (one === null || one === undefined ? none() : h('code', {}, plain(one)))

function responses({ responses: given, correct }) {
  const head = h('tr', {}, [words.variable, words.given, words.key].map((title) => h('th', { scope: 'col' }, title)))
  const rows = Object.entries(given).map(([name, one]) =>
    h('tr', {}, h('td', {}, h('code', {}, name)), h('td', {}, value(one)), h('td', {}, value(correct[name]))),
  )
  return h('table', {}, h('thead', {}, head), h('tbody', {}, rows))
}

const pairs = (found) =>
  h('table', { class: 'pairs' }, Object.entries(found).map(([name, one]) => h('tr', {}, h('td', {}, h('code', {}, name)), h('td', {}, value(one)))))

function all(items) {
  const rows = items.map((item, index) => {
    const { outcomes, max, needs_marking: isPerson } = item
    const go = () => (player.isIn ? player.go(index + 1) : player.walk(index + 1))
    const told = isPerson ? '…' : item.is_answered ? `${plain(outcomes.SCORE ?? null)} / ${max ?? '?'}` : '–'
    const name = h('button', { onclick: go }, `${index + 1}. ${item.title || item.authored}`)
    return h('tr', { class: index + 1 === shown ? 'here' : null }, h('td', {}, name), h('td', {}, told))
  })
  return section(words.items, h('div', { class: 'items' }, h('table', {}, rows)))
}

function follow() {
  const { number } = player
  if (number && number !== shown) {
    shown = number
    draw()
  }
}

async function listen() {
  for (let after = -1, round = 0; ; ) {
    const fresh = await fetch(`state?after=${after}`).then((reply) => reply.json()).catch(() => null)
    isAway = !fresh
    if (!fresh) {
      if (state) draw()
      await new Promise((done) => setTimeout(done, RETRY_MS))
      continue
    }
    state = fresh
    after = fresh.version
    if (fresh.code && fresh.round !== round) {
      const wasIn = round && player.isIn
      const number = shown
      round = fresh.round
      player.open(fresh.code, round)
      if (wasIn) player.walk(number)
    }
    draw()
  }
}

draw()
setInterval(follow, LOOK_MS)
listen()
