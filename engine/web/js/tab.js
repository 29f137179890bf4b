// One tab of this browser holds a sitting: two would overwrite each other's copy of it.

const held = new Set()

// True if no other tab has this sitting. `lost` is called when another one takes it with `steal`.
// A browser that may store nothing refuses locks as well: then no other tab can hold a copy either.
export const claim = ({ name }, lost, steal = false) =>
  new Promise((resolve) => {
    const hold = (lock) => {
      if (lock) held.add(name)
      resolve(held.has(name))
      return lock && new Promise(() => {})
    }
    const ended = (problem) => (problem.name === 'AbortError' ? lost() : resolve(true))
    navigator.locks.request('passation-' + name, steal ? { steal } : { ifAvailable: true }, hold).catch(ended)
  })
