// One tab of this browser holds a sitting: two would overwrite each other's copy of it.

const held = new Set()

/** True if no other tab has this sitting. `lost` is called when another one takes it with `steal`. */
export const claim = ({ name }, lost, steal = false) =>
  new Promise((resolve) => {
    const hold = (lock) => {
      if (lock) held.add(name)
      resolve(held.has(name))
      return lock && new Promise(() => {})
    }
    navigator.locks.request('passation-' + name, steal ? { steal } : { ifAvailable: true }, hold).catch(lost)
  })
