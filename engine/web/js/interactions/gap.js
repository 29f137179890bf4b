// Gap match: a native select in each gap; the labels above can also be dragged there, or picked up and put down.
// Where a label is a picture, a formula or long, no select can show it: `slots.js` does without.

import { button } from '../element.js'
import { arrange } from '../item.js'
import { load } from '../load.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { draggable } from './drag.js'
import { groupsOf, leastUse } from './groups.js'

const NEAR_PX = 12

export async function bind(root, context) {
  if (root.querySelector('.qti-gap')) return (await load('./interactions/slots.js')).bind(root, context)
  const gaps = [...root.querySelectorAll('select[data-gap]')]
  const bank = root.querySelector('.qti-gap-choices')
  arrange(bank, context.order)
  const chips = [...bank.children].map(furnish)
  const together = groupsOf(root)
  const labelOf = (choice) => chips.find((chip) => chip.choice === choice)?.textContent.trim() || choice
  const pairsOf = () => gaps.filter((gap) => gap.value).map((gap) => `${gap.value} ${gap.dataset.gap}`)
  let picked = null
  gaps.forEach(prepare)
  context.note(words.gapHelp)

  function prepare(gap, index) {
    gap.classList.add('field')
    gap.setAttribute('aria-label', words.gapNumber(index + 1))
    arrange(gap, context.order, (option) => option.value)
    gap.options[0].text = gap.options[0].text || words.chooseOne
    gap.addEventListener('change', act)
    // With a label in hand, a press or Enter puts it here instead of opening the list.
    const place = (event) => {
      if (!picked || (event.key && event.key !== 'Enter' && event.key !== ' ')) return
      event.preventDefault()
      put(gap, picked)
    }
    gap.addEventListener('mousedown', place)
    gap.addEventListener('keydown', place)
  }

  function furnish(line) {
    const chip = button('chip', () => pick(chip), ...line.childNodes)
    chip.choice = line.dataset.choice
    chip.limit = Number(line.dataset.matchMax)
    line.append(chip)
    draggable(chip, chip, {
      over: (x, y) => aim(gapAt(x, y)),
      drop(x, y) {
        const gap = gapAt(x, y)
        aim(null)
        if (gap) put(gap, chip)
      },
    })
    return chip
  }

  function gapAt(x, y) {
    return gaps.find((gap) => {
      const { left, right, top, bottom } = gap.getBoundingClientRect()
      return x > left - NEAR_PX && x < right + NEAR_PX && y > top - NEAR_PX && y < bottom + NEAR_PX
    })
  }

  function aim(target) {
    for (const gap of gaps) gap.classList.toggle('is-target', gap === target)
  }

  function pick(chip) {
    picked = picked === chip ? null : chip
    show()
    if (!picked) return
    say(words.nowPlace(chip.textContent.trim()), true)
    const empty = gaps.find((gap) => !gap.value)
    if (empty && chip.matches(':focus-visible')) empty.focus()
  }

  function put(gap, chip) {
    picked = null
    if (!together(chip.choice, gap.dataset.gap)) {
      show()
      return context.note(words.notTogether(labelOf(chip.choice), gap.getAttribute('aria-label')))
    }
    gap.value = chip.choice
    gap.focus()
    act()
  }

  function show() {
    root.classList.toggle('is-placing', Boolean(picked))
    for (const chip of chips) {
      const used = gaps.filter((gap) => gap.value === chip.choice).length
      chip.disabled = chip.limit > 0 && used >= chip.limit
      chip.setAttribute('aria-pressed', chip === picked)
      for (const gap of gaps) {
        const option = [...gap.options].find(({ value }) => value === chip.choice)
        const isClosed = !together(chip.choice, gap.dataset.gap)
        if (option) option.disabled = isClosed || (chip.disabled && gap.value !== chip.choice)
      }
    }
    for (const gap of gaps) gap.classList.toggle('is-filled', gap.value !== '')
  }

  function act() {
    picked = null
    show()
    context.note([words.gapHelp, leastUse(root, pairsOf(), labelOf)].filter(Boolean).join(' '))
    context.changed()
  }

  return {
    read() {
      const pairs = pairsOf()
      return context.isSingle ? pairs[0] || null : pairs.length ? pairs : null
    },
    write(value) {
      const pairs = new Map([].concat(value || []).map((pair) => pair.split(' ').reverse()))
      for (const gap of gaps) gap.value = pairs.get(gap.dataset.gap) || ''
      show()
    },
  }
}
