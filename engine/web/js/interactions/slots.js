// Labels put into the gaps of a text or onto the places of a picture: picked up and put down, or dragged.

import { button, style } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { copyOf, explain, nameOf, takeChips } from './chips.js'
import { draggable } from './drag.js'
import { pairing } from './pairs.js'
import { takeSpots } from './spots.js'

const NEAR_PX = 8

export async function bind(root, context) {
  await style('places')
  let picked = null
  const chips = takeChips(root.querySelector('.qti-gap-choices'), context.order, pick)
  const isGraphic = Boolean(root.querySelector('.qti-hotspots'))
  const slots = isGraphic ? places() : gaps()
  const help = isGraphic ? words.slotHelp : words.gapHelpRich
  const pairs = pairing(root, context, { things: chips, targets: slots, help, draw: show, inSight: false })
  chips.forEach(({ control }, index) => dragged(control, () => chips[index]))
  slots.forEach((slot) => dragged(slot.control, () => last(slot)?.[0], slot))

  function places() {
    const { spots } = takeSpots(root, (line) => {
      const control = button('spot-button slot', () => press(slots.find((slot) => slot.control === control)))
      control.label = nameOf(line, '')
      line.replaceChildren(control)
      return control
    })
    return spots.map(({ line, control, group }) => {
      const label = /^\d+$/.test(control.label) ? words.place(control.label) : control.label
      return { name: line.dataset.gap, limit: Number(line.dataset.matchMax), label, control, group }
    })
  }

  function gaps() {
    return [...root.querySelectorAll('.qti-gap')].map((gap, index) => {
      const slot = { name: gap.dataset.gap, limit: 1, label: words.gapNumber(index + 1) }
      slot.control = button('slot in-text', () => press(slot))
      gap.append(slot.control)
      return slot
    })
  }

  const last = (slot) => pairs.pairs().filter((pair) => pair[1] === slot).pop()

  /** `held()` is the label that moves; dropped beside every place, it goes back to the others. */
  function dragged(control, held, slot) {
    draggable(control, control, {
      over: (x, y) => aim(slotAt(x, y)),
      drop(x, y) {
        const target = x === null ? null : slotAt(x, y)
        const label = held()
        aim(null)
        picked = null
        if (!label || target === slot || x === null) return show(pairs.pairs())
        if (slot) pairs.part(last(slot))
        if (target) pairs.join(label, target)
        else if (!slot) show(pairs.pairs())
      },
    })
  }

  function slotAt(x, y) {
    const distance = ({ control }) => {
      const { left, right, top, bottom } = control.getBoundingClientRect()
      return Math.max(left - x, x - right, top - y, y - bottom)
    }
    const near = slots.filter((slot) => distance(slot) < NEAR_PX)
    return near.sort((a, b) => distance(a) - distance(b))[0]
  }

  const aim = (target) => slots.forEach((slot) => slot.control.classList.toggle('is-target', slot === target))

  function pick(chip) {
    picked = picked === chip ? null : chip
    const spent = picked && pairs.isFull(picked)
    if (spent) explain(root, context, words.usedUp(chip.label, chip.limit))
    if (spent) picked = null
    show(pairs.pairs())
    if (picked) say(words.nowPlace(picked.label), true)
  }

  function press(slot) {
    const label = picked
    picked = null
    if (label) pairs.join(label, slot)
    else if (last(slot)) pairs.part(last(slot))
    else explain(root, context, words.pickFirst)
  }

  function show(made) {
    root.classList.toggle('is-placing', Boolean(picked))
    for (const chip of chips) {
      const used = made.filter((pair) => pair[0] === chip).length
      chip.control.setAttribute('aria-pressed', chip === picked)
      chip.control.classList.toggle('is-spent', chip.limit > 0 && used >= chip.limit)
    }
    for (const { control, label, group, ...slot } of slots) {
      const held = made.filter((pair) => pair[1].name === slot.name).map(([chip]) => chip)
      control.replaceChildren(...held.map(({ nodes }) => copyOf(nodes)))
      control.classList.toggle('is-filled', held.length > 0)
      control.setAttribute('aria-label', `${label} : ${held.map((chip) => chip.label).join(', ') || words.vacant}`)
      if (group) group.classList.toggle('is-on', held.length > 0)
    }
  }

  return { read: pairs.read, write: pairs.write }
}
