// A class in figures. Pure: pupils' marks in, counts and means out.

export class Figures {
  constructor({ pupils, groups }) {
    this.pupils = pupils
    this.groups = groups
  }

  /**
   * Of the whole test (0) or a domain: how many are in each group, the mean share of those in one, and how many were
   * absent for a part of it, or are not keyed to the end: they are counted in neither.
   */
  ofClass(place) {
    const all = this.pupils.map(({ marks }) => marks[place])
    const marks = all.filter(({ group }) => group !== null)
    const incomplete = all.filter(({ absent, unkeyed }) => absent || unkeyed).length
    const groups = this.groups.map((_, number) => marks.filter(({ group }) => group === number).length)
    const shares = marks.map(({ score, max }) => score / max)
    return { groups, incomplete, mean: shares.length ? shares.reduce((sum, share) => sum + share, 0) / shares.length : null }
  }
}
