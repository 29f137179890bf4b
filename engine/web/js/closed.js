// A question that takes no answer any more: what is there can be read, heard and scrolled, and nothing changes.

const TYPED = 'textarea, input:not([type=radio], [type=checkbox], [type=range], [type=file])'

/** What neither button nor field is, the style sheet keeps from being pressed (`is-over`). */
export function close(root) {
  root.classList.add('is-over')
  for (const control of root.querySelectorAll('input, select, textarea, button')) {
    if (control.matches(TYPED)) control.readOnly = true
    else control.disabled = true
  }
  for (const layer of root.querySelectorAll('.aim, canvas')) layer.removeAttribute('tabindex')
  for (const frame of root.querySelectorAll('.custom')) frame.inert = true
}
