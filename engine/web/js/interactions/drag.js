// Dragging with mouse, pen or finger, on top of controls that work without it.

const THRESHOLD_PX = 6
const EDGE_PX = 96 // so near the upper or lower edge what is behind scrolls along
const SCROLL_PX = 10 // a frame

/**
 * Let `element` be dragged by `handle`. `over(x, y)` is called while it moves, `drop(x, y)` at the end (null when
 * the drag was given up). A press that does not move stays a click.
 */
export function draggable(element, handle, { over, drop, follows = true }) {
  handle.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return
    const watch = new AbortController()
    const box = element.getBoundingClientRect()
    const shift = { x: 0, y: 0 }
    let last = down
    let frame = 0

    /** Under the pointer, wherever the page has scrolled or grown meanwhile. */
    function track() {
      over(last.clientX, last.clientY)
      if (!follows) return
      const now = element.getBoundingClientRect()
      shift.x += box.left + last.clientX - down.clientX - now.left
      shift.y += box.top + last.clientY - down.clientY - now.top
      element.style.transform = `translate(${shift.x}px, ${shift.y}px)`
    }

    function move(event) {
      const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY]
      if (event.pointerId !== down.pointerId || (!frame && Math.hypot(x, y) < THRESHOLD_PX)) return
      if (!event.buttons) return end(event) // let go outside the window
      last = event
      element.classList.add('is-dragged')
      track()
      frame = frame || requestAnimationFrame(scroll)
    }

    function scroll() {
      if (scrollAlong(element, last.clientY)) track()
      frame = requestAnimationFrame(scroll)
    }

    function end({ type, pointerId, clientX, clientY }) {
      if (pointerId !== down.pointerId) return
      watch.abort()
      cancelAnimationFrame(frame)
      element.classList.remove('is-dragged')
      element.style.transform = ''
      if (!frame) return
      const isDropped = type !== 'pointercancel'
      swallowClick(element)
      drop(isDropped ? clientX : null, isDropped ? clientY : null)
    }

    // On the window: a line that changes places while it is dragged would lose a capture.
    const signal = { signal: watch.signal }
    addEventListener('pointermove', move, signal)
    addEventListener('pointerup', end, signal)
    addEventListener('pointercancel', end, signal)
  })
}

/** True if what holds `element` could scroll towards the edge that the pointer is near. */
function scrollAlong(element, y) {
  const way = y < EDGE_PX ? -1 : y > innerHeight - EDGE_PX ? 1 : 0
  const scrolls = (box) => box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY)
  let box = element.parentElement
  while (box && !scrolls(box)) box = box.parentElement
  box = box || document.scrollingElement
  const before = box.scrollTop
  box.scrollTop += way * SCROLL_PX
  return box.scrollTop !== before
}

/** The click that follows a drag is not a click; any other one is, also on `element`, once it is pressed again. */
function swallowClick(element) {
  const watch = new AbortController()
  const swallow = (event) => {
    watch.abort()
    if (event.detail) event.stopPropagation() // 0: by keyboard
  }
  element.addEventListener('click', swallow, { capture: true, signal: watch.signal })
  addEventListener('pointerdown', () => watch.abort(), { capture: true, signal: watch.signal })
}

/** Whether the element is at this place of the window. */
export function holds(element, x, y) {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return x > left && x < right && y > top && y < bottom
}
