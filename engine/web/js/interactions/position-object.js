// Position object: pictures put on a picture. Each is an interaction of its own; one of them is in the hand.

import { button, h, style } from '../element.js'
import { words } from '../words.js'
import { copyOf, nameOf } from './chips.js'
import { draggable, holds } from './drag.js'
import { groundOf, pointing } from './points.js'
import { sizeOf } from './spots.js'

export async function bind(root, context) {
  await style('places')
  const stage = root.closest('.qti-stage')
  const all = [...stage.querySelectorAll('[data-interaction]')]
  const size = sizeOf(stage)
  const picture = root.querySelector(':scope > img')
  const wide = Number(picture.getAttribute('width')) || 24
  const label = nameOf(h('span', {}, picture.cloneNode()), words.object(all.indexOf(root) + 1))
  const tray = button('chip object', () => take(true), picture)
  const ground = groundOf(stage)
  const points = pointing(root, context, ground, size, {
    mark: () => standing(picture, wide, root.dataset.centre),
    share: wide / size.width,
    name: (number) => (context.max === 1 ? label : `${label} ${number}`),
    help: all.length > 1 ? '' : words.objectHelp,
    whose: all.length > 1 ? label : '',
    title: words.objectTitle(label),
  })
  tray.setAttribute('aria-label', label)
  root.append(tray)
  stage.append(points.foot)
  if (all.length > 1 && root === all[0]) root.before(h('p', { class: 'hint' }, words.objectHelpMany))
  root.take = (isTaken) => {
    points.layer.classList.toggle('is-idle', !isTaken)
    points.layer.tabIndex = isTaken ? 0 : -1
    tray.setAttribute('aria-pressed', isTaken)
  }
  root.take(root === all[0])

  function take(isPressed) {
    for (const one of all) if (one.take) one.take(one === root)
    if (isPressed) points.layer.focus()
  }

  draggable(tray, tray, {
    over: (x, y) => points.layer.classList.toggle('is-target', holds(points.layer, x, y)),
    drop(x, y) {
      points.layer.classList.remove('is-target')
      if (x === null || !holds(points.layer, x, y)) return
      take(false)
      points.set(x, y)
    },
  })
  return points
}

/** The object as it stands on the stage, its centre on the point. */
function standing(picture, wide, centre) {
  const [x, y] = centre.split(',').map(Number)
  const tall = Number(picture.getAttribute('height')) || 24
  const copy = copyOf([picture])
  copy.classList.add('standing')
  copy.style.transform = `translate(${(-x / wide) * 100}%, ${(-y / tall) * 100}%)`
  return copy
}
