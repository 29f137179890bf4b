// Français : ce qu'il faut dire quand on ne va pas partout.

const which = (numbers) => (numbers.length > 1 ? `questions ${numbers.join(', ')}` : `question ${numbers[0]}`)

export default {
  howTo: {
    free: 'Réponds dans l’ordre que tu veux, quand la question le permet.',
    parts: 'Le test a plusieurs parties. On ne revient pas dans une partie finie.',
    linear: 'Les questions viennent l’une après l’autre. On ne revient pas en arrière.',
  },
  part: (number) => `Partie ${number}`,
  nextPart: 'Partie suivante',
  beginPart: 'Commencer cette partie',
  partTime: (minutes) =>
    `Tu as ${minutes > 1 ? `${minutes} minutes` : 'une minute'} pour cette partie : le temps a déjà commencé.`,
  closed: 'fermée',
  readable: 'fermée : tu peux la relire',
  ahead: 'pas encore ouverte',
  unused: 'Tout ce qui doit servir n’a pas encore servi.',
  incomplete: 'Il manque une réponse.',
  linearPart: 'Les questions viennent l’une après l’autre. On ne revient pas en arrière.',
  freePart: 'Dans cette partie, tu peux répondre dans l’ordre que tu veux.',
  notYet: 'Pas encore',
  understood: 'J’ai compris',
  mustAnswer: 'Il faut répondre à cette question avant de continuer. Si tu ne sais pas, choisis ce qui te semble le mieux.',
  tooSoon: (seconds) => `Prends ton temps : tu pourras continuer dans ${seconds} s.`,
  atLeast: (count) => (count > 1 ? `Donne au moins ${count} réponses.` : 'Donne une réponse.'),
  otherForm: 'La réponse devrait avoir une autre forme. Relis la question.',
  missing: (numbers) => `Sans réponse : ${which(numbers)}.`,
  partCloses: 'Tu ne pourras plus revenir dans cette partie.',
  noWayBack: 'Tu ne pourras plus revenir à cette question.',
  leavePart: 'Quitter cette partie ?',
  leaveItem: 'Continuer sans répondre ?',
  stay: 'Rester ici',
  goOn: 'Continuer',
  wayComes: 'La suite arrive…',
  wayText: 'Un instant : tes réponses sont envoyées.',
  word: 'Un mot pour toi',
  left: {
    t: (time) => `Cette partie : encore ${time}`,
    s: (time) => `Ces questions : encore ${time}`,
    i: (time) => `Cette question : encore ${time}`,
  },
  minute: {
    t: 'Il te reste une minute pour cette partie.',
    s: 'Il te reste une minute pour ces questions.',
    i: 'Il te reste une minute pour cette question.',
  },
  over: {
    t: 'Le temps de cette partie est écoulé',
    s: 'Le temps de ces questions est écoulé',
    i: 'Le temps de cette question est écoulé',
  },
  overText: 'Tes réponses sont gardées. Tu peux continuer.',
}
