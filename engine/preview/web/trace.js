// The scoring rules as they ran: which branch fired, and what every expression was.

import { h, plain } from './element.js'

const LEAVES = {
  variable: ({ identifier }) => identifier,
  'base-value': ({ value }) => plain(value),
  correct: ({ identifier }) => `correct(${identifier})`,
  default: ({ identifier }) => `default(${identifier})`,
  'map-response': ({ identifier }) => `map-response(${identifier})`,
  'map-response-point': ({ identifier }) => `map-response-point(${identifier})`,
}

/** An expression in one line, as somebody would say it. */
export function said({ name, attributes, operands }) {
  if (LEAVES[name]) return LEAVES[name](attributes)
  return `${name}(${operands.map(said).join(', ')})`
}

const badge = (value) => h('span', { class: `value ${[true, false, null].includes(value) ? value : ''}` }, plain(value))

/** One expression with its value, or with that of the outcome it was given to; its parts unfold. */
function expression(told, before = null, value = told.value) {
  const line = [before, h('code', {}, said(told)), badge(value)]
  const parts = told.operands.filter(({ name }) => name !== 'base-value')
  if (!parts.length) return h('div', {}, line)
  return h('details', {}, h('summary', {}, line), h('ul', {}, parts.map((part) => h('li', {}, expression(part)))))
}

const word = (text) => h('span', { class: 'word' }, `${text} `)

function condition({ branch, conditions, rules }, words) {
  const told = conditions.map((one, number) => {
    const line = expression(one, word(number ? words.elseIf : words.if))
    return h('li', { class: number === branch ? null : 'skipped' }, line, number === branch && list(rules, words))
  })
  if (branch === 'else') told.push(h('li', {}, word(words.else), list(rules, words)))
  if (branch === null) told.push(h('li', { class: 'skipped' }, words.nothing))
  return told
}

function step(told, words) {
  if (told.rule === 'if') return condition(told, words)
  if (!told.identifier) return h('li', {}, word(words[told.rule] || told.rule))
  const name = h('span', {}, h('code', {}, told.identifier), ' ← ')
  return h('li', {}, told.expression ? expression(told.expression, name, told.value) : [name, badge(told.value)])
}

const list = (steps, words) => h('ul', {}, steps.map((told) => step(told, words)))

export function trace(steps, words) {
  const root = list(steps, words)
  root.className = 'trace'
  return root
}
