// The aids around a question, each fetched when something asks for it: cards, listening, ruler, crossing out.

import { style } from '../element.js'
import { load } from '../load.js'
import { hasNeed, looksOf } from './looks.js'
import { learn } from './phrases.js'

const equipped = new WeakMap()

/** Called at each change of the question: what is new on the screen gets its aids. */
export function equip(paper) {
  const { sitting, index } = paper
  if (!sitting.hasLooks) {
    sitting.hasLooks = true
    sitting.on('looks', () => paper.isOpen && equip(paper))
  }
  if (!paper.question.querySelector('.item')) return // still on its way
  const { item } = sitting.items[index]
  const texts = [...paper.sheet.querySelectorAll('.item')].map((element) => [element, nameOf(element, item)])
  const aids = wanted(sitting.state, texts)
  if (aids.length) prepare(aids, { paper, sitting, item, texts }).catch(console.warn)
}

/** A passage goes by the names that stand in its box, in their order. */
function nameOf(element, item) {
  const box = element.closest('.passages')
  return box ? box.dataset.key.split(',')[[...box.querySelectorAll('.passage')].indexOf(element)] : item
}

function wanted(state, texts) {
  const { on } = looksOf(state)
  const some = (selector) => texts.some(([element]) => element.querySelector(selector))
  return [
    some('[data-catalog]') && 'cards',
    hasNeed(state, 'spoken') && 'listening',
    (on.includes('answer-masking') || some('.strike')) && 'striking',
    (on.includes('line-reader') || document.querySelector('.ruler')) && 'ruler',
  ].filter(Boolean)
}

async function prepare(aids, scene) {
  const [, , ...modules] = await Promise.all([
    learn(),
    style('access'),
    ...aids.map((name) => load(`./access/${name}.js`)),
  ])
  for (const module of modules) await module.equip(scene)
}

/** True the first time that this aid sees this element. */
export function isNew(element, aid) {
  const had = equipped.get(element) || new Set()
  equipped.set(element, had)
  return !had.has(aid) && Boolean(had.add(aid))
}
