// What a key means in the grid. By the place of the digit row, not by what it writes: on a French keyboard digits
// need no shift here.

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0] }
const NUMBER_SIGNS = 12

export function meaning(event, column) {
  const { key, code } = event
  if (event.ctrlKey && key === 'Home') return { to: 'first' }
  if (event.ctrlKey && key === 'End') return { to: 'last' }
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  if (MOVES[key]) return { move: MOVES[key] }
  if (key === 'Home') return { to: 'row' }
  if (key === 'End') return { to: 'rowEnd' }
  if (key === 'Enter') return { move: [event.shiftKey ? -1 : 1, 0], commit: true }
  if (key === ' ') return { move: [0, 1], commit: true }
  if (key === 'Backspace' || key === 'Delete') return { erase: true }
  if (key === 'A') return event.shiftKey ? { absentRow: true } : { kind: 'absent' }
  if (key === 'a') return { kind: 'absent' }
  if (key === 'n' || key === 'N') return { kind: 'nothing' }
  const digit = /^[0-9]$/.test(key) ? key : (/^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1] ?? '')
  if (column.kind === 'choice') {
    if (digit === '0') return { kind: 'nothing' }
    const choice = digit && column.choices[Number(digit) - 1]
    return choice ? { kind: 'value', value: choice.value } : digit ? { wrong: true } : null
  }
  if (digit) return { sign: digit }
  return /^[-.,]$/.test(key) ? { sign: key.replace('.', ',') } : null
}

/** A number as far as it was typed, with one more sign; '' for what can become none. */
export function grown(typed, sign) {
  const text = typed + sign
  return text.length <= NUMBER_SIGNS && /^-?(?:[0-9]{1,9}(?:,[0-9]{0,6})?)?$/.test(text) ? text : typed
}

export const isNumber = (text) => /^-?[0-9]{1,9}(?:,[0-9]{1,6})?$/.test(text)
