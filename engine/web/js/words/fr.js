// French, to a pupil of eleven: the page of the code.

export default {
  welcome: 'Bonjour !',
  skip: 'Aller au contenu',
  typeCode: 'Tape le code écrit sur ta feuille.',
  code: 'Ton code',
  codeHelp: 'Il a 12 signes. Majuscules et espaces n’ont pas d’importance.',
  portal: 'Enseignants, familles : par ici',
  portalAt: '/portail',
  enter: 'Entrer',
  entering: 'Un instant…',
  otherCode: 'Changer de code',
  tryingAgain:
    'Le réseau est lent, ou beaucoup d’élèves se connectent. La page réessaie toute seule : attends, c’est bientôt ton tour.',
  noLine: 'Pas de réseau pour le moment. La page réessaie toute seule.',
}
