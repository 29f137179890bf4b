// Dragging with mouse, pen or finger, on top of controls that work without it.

const THRESHOLD_PX = 6

/**
 * Let `element` be dragged by `handle`. `over(x, y)` is called while it moves, `drop(x, y)` at the end (null when
 * the drag was given up). A press that does not move stays a click.
 */
export function draggable(element, handle, { over, drop, follows = true }) {
  handle.addEventListener('pointerdown', (down) => {
    if (down.button !== 0) return
    let isMoving = false
    const move = (event) => {
      const x = event.clientX - down.clientX
      const y = event.clientY - down.clientY
      if (!isMoving && Math.hypot(x, y) < THRESHOLD_PX) return
      if (!isMoving) handle.setPointerCapture(down.pointerId)
      isMoving = true
      element.classList.add('is-dragged')
      if (follows) element.style.transform = `translate(${x}px, ${y}px)`
      over(event.clientX, event.clientY)
    }
    const end = (event) => {
      handle.removeEventListener('pointermove', move)
      handle.removeEventListener('pointerup', end)
      handle.removeEventListener('pointercancel', end)
      element.classList.remove('is-dragged')
      element.style.transform = ''
      if (!isMoving) return
      // The click that follows a drag is not a click.
      const swallow = (click) => click.stopPropagation()
      addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => removeEventListener('click', swallow, { capture: true }), 50)
      if (event.type === 'pointerup') drop(event.clientX, event.clientY)
      else drop(null, null)
    }
    handle.addEventListener('pointermove', move)
    handle.addEventListener('pointerup', end)
    handle.addEventListener('pointercancel', end)
  })
}
