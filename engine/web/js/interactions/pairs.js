// Pairs: which things go together, how often each may, and a list of the pairs that are made.

import { DRAWINGS, button, h, icon } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { groupsOf, leastUse } from './groups.js'
import { byList, copyOf, explain, rule } from './chips.js'

DRAWINGS.remove = 'M6 6l12 12M18 6L6 18'

/**
 * `things` are { name, label, limit, nodes }; `targets` are other things where a pair has a direction. `draw(pairs)`
 * shows them; `help` says how it is done. The list of pairs stands in sight, or inside the alternative by list.
 */
export function pairing(root, context, { things, targets = things, help, draw, inSight = true }) {
  const isDirected = targets !== things
  const most = isDirected ? targets.length : (things.length * (things.length - 1)) / 2
  const list = h('ul', { class: 'pairs', 'aria-label': words.yourPairs })
  const [from, to] = [chooser(things, isDirected ? words.theLabel : words.thisOne), chooser(targets, words.goesWith)]
  const adder = button('second', () => joinChosen(from.value(), to.value()), words.add)
  const alternative = byList('', from.field, to.field, adder, !inSight && list)
  const together = groupsOf(root)
  let pairs = []
  if (inSight) root.append(list)
  root.append(alternative)

  const uses = (thing) => pairs.filter((pair) => pair.includes(thing)).length
  const isFull = (thing) => thing.limit > 0 && uses(thing) >= thing.limit
  const isSame = ([a, b], [c, d]) => (a === c && b === d) || (!isDirected && a === d && b === c)

  function refusal(one, other) {
    if (!together(one.name, other.name)) return words.notTogether(one.label, other.label)
    if (pairs.some((pair) => isSame(pair, [one, other]))) return words.joinedAlready
    const isEnough = context.max && pairs.length >= context.max
    if (isEnough) return root.dataset.maxSelectionsMessage || words.tooMany(context.max)
    const full = [one, other].find(isFull)
    return full ? words.usedUp(full.label, full.limit) : ''
  }

  function join(one, other) {
    if (!one || !other || one === other) return false
    const before = pairs
    if (context.isSingle) pairs = []
    // A place for one label gives it back for another.
    if (isDirected && other.limit === 1) pairs = pairs.filter((pair) => pair[1] !== other)
    const reason = refusal(one, other)
    if (reason) pairs = before
    else pairs = [...pairs, [one, other]]
    if (!reason) say(words.joined(one.label, other.label), true)
    act(reason)
    return !reason
  }

  const values = () => pairs.map(([one, other]) => `${one.name} ${other.name}`)
  const nameOf = (name) => [...things, ...targets].find((thing) => thing.name === name).label

  function joinChosen(one, other) {
    if (one && other && one !== other) join(one, other)
    else show(words.chooseTwo)
  }

  function part(pair) {
    pairs = pairs.filter((one) => one !== pair)
    say(words.parted(pair[0].label, pair[1].label), true)
    act()
  }

  function act(reason) {
    show(reason)
    if (!reason) context.changed()
  }

  function show(reason) {
    list.replaceChildren(...pairs.map(line))
    list.hidden = !pairs.length
    for (const { options, things: all } of [from, to]) options(all.filter(isFull))
    draw(pairs)
    const said = [help, rule(root, context, pairs.length, most), leastUse(root, values(), nameOf)]
    if (reason) explain(root, context, reason)
    else context.note(said.filter(Boolean).join(' '))
  }

  function line(pair) {
    const [one, other] = pair
    const away = button('away', () => leave(pair), icon('remove'))
    away.setAttribute('aria-label', words.removePair(one.label, other.label))
    away.title = words.remove
    const plain = (end) => h('span', { 'aria-hidden': 'true' }, end.label)
    const shown = [one, other].map((end) => (end.nodes ? copyOf(end.nodes) : plain(end)))
    const said = h('span', { class: 'unseen' }, words.joined(one.label, other.label))
    return h('li', {}, said, shown[0], h('span', { class: 'tie', 'aria-hidden': 'true' }), shown[1], away)
  }

  /** A pair goes; the focus stays near. */
  function leave(pair) {
    const place = pairs.indexOf(pair)
    part(pair)
    const rest = list.querySelectorAll('.away')
    const next = rest[Math.min(place, rest.length - 1)] || root.querySelector('button:not(:disabled)')
    next.focus()
  }

  show()
  return {
    join,
    part,
    isFull,
    pairs: () => pairs,
    read() {
      const all = values()
      return context.isSingle ? all[0] || null : all.length ? all : null
    },
    write(value) {
      const find = (all, name) => all.find((thing) => thing.name === name)
      const ends = [].concat(value || []).map((pair) => pair.split(' '))
      pairs = ends.map(([one, other]) => [find(things, one), find(targets, other)]).filter(([a, b]) => a && b)
      show()
    },
  }
}

/** A native list of things. */
function chooser(things, title) {
  const select = h('select', { class: 'field' }, h('option', { value: '' }, words.chooseOne))
  const options = things.map((thing) => h('option', { value: thing.name }, thing.label))
  select.append(...options)
  return {
    things,
    field: h('label', {}, h('span', {}, title), select),
    value: () => things.find((thing) => thing.name === select.value),
    options: (full) => options.forEach((option, index) => (option.disabled = full.includes(things[index]))),
  }
}
