// Hot spots: native radio buttons and check boxes laid over the picture; the shapes beneath them show their state.

import { bindTicks } from './choice.js'
import { draw, takeSpots } from './spots.js'

export function bind(root, context) {
  const { spots } = takeSpots(root, (line) => line.querySelector('label'))
  for (const { line, group, control, corner: [x, y] } of spots) {
    group.append(draw('circle', { cx: x, cy: y, r: 13, class: 'tick-ground' }))
    group.append(draw('path', { d: `M${x - 6} ${y}l4.500 4.500 8-9`, class: 'tick' }))
    const input = control.querySelector('input')
    line.draw = () => {
      group.classList.toggle('is-on', input.checked)
      group.classList.toggle('has-focus', input.matches(':focus-visible'))
    }
    for (const name of ['focus', 'blur']) input.addEventListener(name, line.draw)
  }
  const all = () => spots.forEach(({ line }) => line.draw())
  const ticks = bindTicks(root, context)
  root.addEventListener('change', all)
  return {
    read: ticks.read,
    write(value) {
      ticks.write(value)
      all()
    },
  }
}
