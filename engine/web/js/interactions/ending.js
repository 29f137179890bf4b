// End attempt: a button whose press is the answer. It can be pressed once; what follows, the server decides.

import { button, style } from '../element.js'

export async function bind(root, { changed, attempts }) {
  await style('files')
  const act = button('second', press, root.dataset.title)
  let isPressed = false
  root.append(act)

  function show() {
    act.disabled = isPressed
    act.setAttribute('aria-pressed', isPressed)
  }

  async function press() {
    isPressed = true
    show()
    changed()
    if (!attempts || (await attempts.check())) return
    // Nothing was decided: left pressed, it would spoil the attempt that comes next.
    isPressed = false
    show()
    changed()
  }

  show()
  return {
    isOptional: true,
    read: () => (isPressed ? 'true' : null),
    write(value) {
      isPressed = value === 'true'
      show()
    },
  }
}
