// Associate and graphic associate: press one thing, then the one that goes with it.

import { button, style } from '../element.js'
import { say } from '../notice.js'
import { words } from '../words.js'
import { nameOf, takeChips } from './chips.js'
import { draggable, holds } from './drag.js'
import { pairing } from './pairs.js'
import { draw, takeSpots } from './spots.js'

export async function bind(root, context) {
  await style('places')
  const isGraphic = Boolean(root.querySelector('.qti-hotspots'))
  let picked = null
  let lines = null
  const things = isGraphic ? takePlaces() : takeChips(root.querySelector('.qti-associables'), context.order, press)
  const help = isGraphic ? words.linkHelp : words.associateHelp
  const pairs = pairing(root, context, { things, help, draw: show })
  for (const thing of things) {
    draggable(thing.control, thing.control, {
      follows: !isGraphic,
      over: (x, y) => aim(at(x, y, thing)),
      drop(x, y) {
        const other = at(x, y, thing)
        aim(null)
        picked = null
        if (other) pairs.join(thing, other)
        else show(pairs.pairs())
      },
    })
  }

  function takePlaces() {
    const { spots, drawing } = takeSpots(root, (line) => {
      const label = nameOf(line, '')
      const control = button('spot-button', () => press(things.find((thing) => thing.control === control)))
      control.label = /^\d+$/.test(label) ? words.place(label) : label
      line.replaceChildren(control)
      return control
    })
    lines = draw('g', { class: 'ties' })
    drawing.prepend(lines)
    return spots.map(({ line, control, group, centre }) => ({
      name: line.dataset.choice,
      limit: Number(line.dataset.matchMax),
      label: control.label,
      control,
      group,
      centre,
    }))
  }

  const at = (x, y, thing) => things.find((other) => other !== thing && holds(other.control, x, y))
  const aim = (target) =>
    things.forEach((thing) => thing.control.classList.toggle('is-target', thing === target))

  function press(thing) {
    if (!picked || picked === thing) {
      picked = picked ? null : thing
      if (picked) say(words.nowJoin(thing.label), true)
      return show(pairs.pairs())
    }
    const one = picked
    picked = null
    const made = pairs.pairs().find((pair) => pair.includes(one) && pair.includes(thing))
    made ? pairs.part(made) : pairs.join(one, thing)
  }

  function show(made) {
    for (const thing of things) {
      const its = made.filter((pair) => pair.includes(thing))
      const partners = its.map((pair) => pair.find((one) => one !== thing).label)
      const { control } = thing
      control.setAttribute('aria-pressed', thing === picked)
      control.classList.toggle('is-used', partners.length > 0)
      if (thing.group) thing.group.classList.toggle('is-on', partners.length > 0 || thing === picked)
      if (partners.length || isGraphic) control.setAttribute('aria-label', [thing.label, ...partners].join(' + '))
      else if (control.textContent.trim()) control.removeAttribute('aria-label')
    }
    root.classList.toggle('is-joining', Boolean(picked))
    if (!lines) return
    const drawn = made.map(([{ centre: [x1, y1] }, { centre: [x2, y2] }]) =>
      draw('line', { x1, y1, x2, y2, class: 'tie-line' }),
    )
    lines.replaceChildren(...drawn)
  }

  return { read: pairs.read, write: pairs.write }
}
