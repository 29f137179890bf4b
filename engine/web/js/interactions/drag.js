// Dragging with mouse, pen or finger, on top of controls that work without it.

const THRESHOLD_PX = 6
const CLICK_MS = 50

/**
 * Let `element` be dragged by `handle`. `over(x, y)` is called while it moves, `drop(x, y)` at the end (null when
 * the drag was given up). A press that does not move stays a click.
 */
export function draggable(element, handle, { over, drop, follows = true }) {
  handle.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return
    const watch = new AbortController()
    let isMoving = false

    function move(event) {
      const x = event.clientX - down.clientX
      const y = event.clientY - down.clientY
      if (event.pointerId !== down.pointerId || (!isMoving && Math.hypot(x, y) < THRESHOLD_PX)) return
      if (!event.buttons) return end(event) // let go outside the window
      isMoving = true
      element.classList.add('is-dragged')
      if (follows) element.style.transform = `translate(${x}px, ${y}px)`
      over(event.clientX, event.clientY)
    }

    function end({ type, clientX, clientY }) {
      watch.abort()
      element.classList.remove('is-dragged')
      element.style.transform = ''
      if (!isMoving) return
      const isDropped = type !== 'pointercancel'
      swallowClick()
      drop(isDropped ? clientX : null, isDropped ? clientY : null)
    }

    // On the window: a line that changes places while it is dragged would lose a capture.
    const signal = { signal: watch.signal }
    addEventListener('pointermove', move, signal)
    addEventListener('pointerup', end, signal)
    addEventListener('pointercancel', end, signal)
  })
}

/** The click that follows a drag is not a click. */
function swallowClick() {
  const watch = new AbortController()
  addEventListener('click', (event) => event.stopPropagation(), { capture: true, signal: watch.signal })
  setTimeout(() => watch.abort(), CLICK_MS)
}

/** Whether the element is at this place of the window. */
export function holds(element, x, y) {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return x > left && x < right && y > top && y < bottom
}
