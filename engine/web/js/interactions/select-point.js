// Select point: points on a picture.

import { h, style } from '../element.js'
import { words } from '../words.js'
import { groundOf, pointing } from './points.js'
import { sizeOf } from './spots.js'

export async function bind(root, context) {
  await style('places')
  const stage = root.querySelector('.qti-stage')
  const points = pointing(root, context, groundOf(stage), sizeOf(stage), {
    mark: (number) => h('span', { class: 'pin' }, h('span', { class: 'pin-number' }, context.max === 1 ? '' : number)),
    name: (number) => (context.max === 1 ? words.yourPoint : words.point(number)),
    help: words.pointHelp,
    title: words.pointTitle(stage.querySelector('img').alt),
  })
  root.append(points.foot)
  return points
}
