// French, to a pupil of eleven: until the first question.

const plural = (number, word) => `${number} ${word}${number > 1 ? 's' : ''}`

export default {
  welcome: 'Bonjour !',
  skip: 'Aller au contenu',
  typeCode: 'Tape le code écrit sur ta feuille.',
  code: 'Ton code',
  codeHelp: 'Il a 12 signes. Majuscules et espaces n’ont pas d’importance.',
  enter: 'Entrer',
  entering: 'Un instant…',
  otherCode: 'Changer de code',
  typo: {
    length: (count) => `Le code a 12 signes. Tu en as tapé ${count}.`,
    symbol: () => 'Un des signes n’existe pas dans nos codes. Regarde bien ta feuille.',
    no_o_or_zero: () => 'Nos codes n’ont ni zéro ni lettre O. Est-ce un D ou un Q ? Regarde bien ta feuille.',
    check: () => 'Il y a une faute de frappe. Compare chaque signe avec ta feuille.',
  },
  tryingAgain:
    'Le réseau est lent, ou beaucoup d’élèves se connectent. La page réessaie toute seule : attends, c’est bientôt ton tour.',
  noLine: 'Pas de réseau pour le moment. La page réessaie toute seule.',

  beforeStart: 'Avant de commencer',
  questions: (count) => plural(count, 'question'),
  minutes: (count) => plural(count, 'minute'),
  howTo: [
    ['grid', 'Réponds dans l’ordre que tu veux. Tu peux revenir en arrière et changer tes réponses.'],
    ['check', 'Tes réponses s’enregistrent toutes seules.'],
    ['device', 'Si le réseau se coupe, continue : rien n’est perdu.'],
    ['flag', 'Tu hésites ? Marque la question « À revoir ».'],
    ['clock', 'À la fin, relis-toi, puis rends ton test.'],
  ],
  arriving: 'Le test arrive sur cet ordinateur…',
  arrived: ' Le test est arrivé sur cet ordinateur.',
  start: 'Commencer le test',
  starting: 'Le test s’ouvre…',
  startsIn: (time) => `Le test commence dans ${time}`,

  question: (number, count) => `Question ${number} sur ${count}`,
  previous: 'Précédente',
  next: 'Suivante',
  finish: 'Relire et rendre',
  map: 'Toutes les questions',
  clear: 'Effacer ma réponse',
  passage: 'Texte à lire',
  comesSoon: 'La question arrive dès que le réseau revient.',
  cannotRead: 'Cette question ne s’ouvre pas. Appelle ton professeur.',
  choose: (min, max) =>
    max > 1 ? `Choisis ${max} réponses au plus.` : min > 1 ? `Choisis au moins ${min} réponses.` : 'Tu peux choisir plusieurs réponses.',
  tooMany: (max) => `Tu as déjà ${plural(max, 'réponse')}. Enlève-en une pour en choisir une autre.`,
}
