// A pen on a sheet: by mouse, finger or stylus, and by the arrow keys with a cross that shows where it is.

import { h } from '../element.js'
import { words } from '../words.js'

const STEP = 10 // pixels of the picture; with Shift one
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

/** `begin(point)`, `go(point)` and `end()` make a stroke; `say(text)` tells those who do not see the cross. */
export function pointers(canvas, sheet, { begin, go, end, say }) {
  const cross = h('span', { class: 'cross', hidden: true, 'aria-hidden': 'true' })
  const place = { x: canvas.width / 2, y: canvas.height / 2 }
  let pointer = null
  let isDown = false
  sheet.append(cross)

  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return [((clientX - left) * canvas.width) / width, ((clientY - top) * canvas.height) / height].map(Math.round)
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (pointer !== null || event.button) return
    lift()
    cross.hidden = true
    pointer = event.pointerId
    canvas.setPointerCapture(pointer)
    begin(at(event))
  })
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pointer) return
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : []
    for (const one of all.length ? all : [event]) go(at(one))
  })
  for (const name of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== pointer) return
      pointer = null
      end()
    })
  }

  function show() {
    cross.hidden = false
    cross.style.left = `${(100 * place.x) / canvas.width}%`
    cross.style.top = `${(100 * place.y) / canvas.height}%`
    cross.classList.toggle('is-down', isDown)
  }

  function lift() {
    if (!isDown) return
    isDown = false
    end()
    show()
    say(words.penUp)
  }

  function press() {
    if (isDown) return lift()
    isDown = true
    begin([place.x, place.y])
    show()
    say(words.penDown)
  }

  canvas.addEventListener('keydown', (event) => {
    const { key, shiftKey } = event
    const move = MOVES[key]
    if (move) {
      const step = shiftKey ? 1 : STEP
      place.x = Math.min(canvas.width, Math.max(0, place.x + move[0] * step))
      place.y = Math.min(canvas.height, Math.max(0, place.y + move[1] * step))
      if (isDown) go([place.x, place.y])
      show()
    } else if (key === ' ' || key === 'Enter') press()
    else if (key === 'Escape') lift()
    else return
    event.preventDefault()
  })
  canvas.addEventListener('focus', () => canvas.matches(':focus-visible') && show())
  canvas.addEventListener('blur', () => {
    lift()
    cross.hidden = true
  })
}
