// Match: a table of native controls; on a narrow screen each row becomes a card with its choices as labels.

import { h } from '../element.js'
import { arrange } from '../item.js'
import { words } from '../words.js'
import { copyOf } from './chips.js'
import { bindTicks } from './choice.js'
import { leastUse } from './groups.js'

const COLUMN_REM = 6.5 // narrower than this per column, the table is stacked

export function bind(root, context) {
  const table = root.querySelector('table')
  const body = table.tBodies[0]
  const heads = () => [...table.tHead.rows[0].children].slice(1)
  const columns = heads().map((head) => head.dataset.choice)
  if (context.order) {
    const order = context.order.filter((choice) => columns.includes(choice))
    arrange(body, context.order)
    arrange(table.tHead.rows[0], order)
    for (const row of body.rows) arrange(row, order, (cell) => columnOf(cell.querySelector('input')))
  }
  for (const row of body.rows) label(row, heads(), context.name)
  // A row that takes one answer takes the new one for the old, as radio buttons do.
  root.addEventListener('change', ({ target }) => {
    const row = target.closest('tr')
    if (!target.checked || row.dataset.matchMax !== '1') return
    for (const other of row.querySelectorAll('input')) if (other !== target) other.checked = false
  })
  const ticks = bindTicks(root, context, refusal)
  const headOf = (name) => root.querySelector(`thead [data-choice="${name}"], tr[data-choice="${name}"] th`)
  if (root.querySelector('[data-match-min]')) {
    root.addEventListener('change', () => {
      const lacking = leastUse(root, [].concat(ticks.read() || []), (name) => headOf(name).textContent.trim())
      if (lacking) context.note(lacking)
    })
  }
  new ResizeObserver(() => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
    table.classList.toggle('is-stacked', root.clientWidth < (columns.length + 1.5) * COLUMN_REM * rem)
  }).observe(root)

  /** Why this pair cannot stand: its column or its row is used up. */
  function refusal(input) {
    const used = (test) => ticks.inputs.filter((one) => one.checked && test(one)).length
    const head = heads().find((one) => one.dataset.choice === columnOf(input))
    const row = input.closest('tr')
    const [columnMax, rowMax] = [Number(head.dataset.matchMax), Number(row.dataset.matchMax)]
    if (columnMax && used((one) => columnOf(one) === head.dataset.choice) > columnMax) {
      return words.usedUp(head.textContent.trim(), columnMax)
    }
    return rowMax && used((one) => row.contains(one)) > rowMax ? words.tooMany(rowMax) : ''
  }

  return ticks
}

const columnOf = (input) => input && input.value.split(' ')[1]

/** Each control is called by its row and its column, and its whole cell can be pressed. */
function label(row, heads, name) {
  const [rowHead, ...cells] = row.children
  rowHead.id = `x-${name}-${row.dataset.choice}`
  cells.forEach((cell, index) => {
    const head = heads[index]
    head.id = `x-${name}-${head.dataset.choice}`
    const input = cell.querySelector('input')
    cell.classList.toggle('is-closed', input.disabled)
    input.setAttribute('aria-labelledby', `${rowHead.id} ${head.id}`)
    cell.replaceChildren(h('label', {}, input, h('span', { class: 'narrow' }, copyOf([...head.childNodes]))))
  })
}
