"""The teacher's manual, the same on both origins: one page."""

from __future__ import annotations

from pages.manual import Manual

MANUAL = {
    "fr": Manual(
        "Mode d’emploi : enseignante, enseignant",
        "De la liste aux résultats, sur une page. À imprimer et à garder près de soi le jour venu.",
        (
            (
                "Avant : entrer, vérifier la liste",
                (
                    "La direction vous remet un courrier. Sur le portail des écoles : [Se "
                    "connecter], avec le "
                    "numéro de salle et le mot de passe du courrier.",
                    "Votre classe s’ouvre. Une erreur dans un nom, une date, un aménagement ? La "
                    "direction "
                    "la corrige, puis valide la liste.",
                    "La direction imprime une bande par élève, avec son code et son numéro. Gardez-les "
                    "sous clé jusqu’au jour même.",
                ),
            ),
            (
                "Le jour : ouvrir la salle",
                (
                    "Ouvrez [Suivre la passation], puis distribuez les bandes. Chaque élève tape son "
                    "code, "
                    "puis [Entrer] et [Commencer le test].",
                    "Chaque ligne dit où en est l’élève. [En sécurité] : tout est arrivé. [Non "
                    "confirmées] : "
                    "son ordinateur ne répond plus ; allez voir.",
                    "Une coupure de réseau ? Les élèves continuent : rien n’est perdu. Laissez les "
                    "ordinateurs allumés et les pages ouvertes.",
                ),
            ),
            (
                "Aider un élève, ou tous",
                (
                    "[Agir], sur sa ligne : [Mettre en pause], [Reprendre], [Donner du temps] avec "
                    "son motif.",
                    "Il change d’ordinateur : il retape son code. Si la page le refuse, "
                    "[Autoriser un autre poste].",
                    "Bande perdue : donnez-lui une bande de réserve, puis [Donner un code de réserve] "
                    "(sur le portail des écoles).",
                    "Exercice d’évacuation : [Tout mettre en pause], puis [Tout reprendre] ; ou "
                    "[Du temps pour tous].",
                ),
            ),
            (
                "Finir",
                (
                    "L’élève choisit [Relire et rendre]. À la fin du temps, son test se remet tout seul.",
                    "Attendez de lire [Toutes les réponses de la classe sont arrivées.], puis "
                    "[Imprimer l’état]. Reprenez les bandes.",
                    "Quelque chose manque ? Ne fermez pas cet ordinateur : reliez-le au réseau et "
                    "rouvrez "
                    "la page ; l’envoi reprend seul.",
                ),
            ),
            (
                "Saisir les copies (CP, CE1)",
                (
                    "[Saisir les réponses] : une ligne par élève, au clavier. 1 à 9 : son choix ; "
                    "0 : [sans réponse] ; A : [absent]. [Les touches] rappelle le reste.",
                    "Sans réseau, continuez : tout attend sur l’ordinateur, et part ensuite.",
                    "Deux collègues ont tapé deux valeurs ? Les deux restent (2 ≠ 3) : tapez la bonne.",
                    "[Remettre les copies complètes] : elles ne changent plus ensuite.",
                ),
            ),
            (
                "Lire les résultats",
                (
                    "[Lire les résultats], entre les deux dates fixées par le service statistique : "
                    "la classe "
                    "par domaine, puis chaque élève.",
                    "[Fiche] pour un élève, [Imprimer les fiches] pour tous. Passé la date, plus "
                    "rien ne "
                    "se lit : imprimez avant.",
                ),
            ),
            (
                "Sans le portail des écoles",
                (
                    "Sur le site des épreuves, à l’adresse /teacher : la [Salle] et le [Code de la "
                    "salle], sur "
                    "la feuille de l’exploitant, puis [Entrer]. Les mêmes boutons ; les élèves y "
                    "paraissent par le numéro de leur bande.",
                    "Ordinateur partagé : finissez par [Se déconnecter], ou ici par [Quitter].",
                ),
            ),
        ),
    ),
    "en": Manual(
        "How to use it: teachers",
        "From the list to the results, on one page. To print, and to keep at hand on the day.",
        (
            (
                "Before: sign in, check the list",
                (
                    "The head gives you a letter. On the schools’ portal: [Sign in], with the room "
                    "number "
                    "and the password of the letter.",
                    "Your class opens. A mistake in a name, a date, an arrangement? The head "
                    "corrects it and "
                    "validates the list.",
                    "The head prints a strip for each pupil, with code and number. Keep them locked "
                    "away until the day.",
                ),
            ),
            (
                "On the day: open the room",
                (
                    "Open [Follow the sitting], then hand out the strips. Each pupil types the code, "
                    "then "
                    "[Enter] and [Start the test].",
                    "Each line tells where a pupil is. [Safe]: everything has arrived. [Not "
                    "confirmed]: that "
                    "computer is silent; go and look.",
                    "The network is down? Pupils go on: nothing is lost. Leave computers on and pages open.",
                ),
            ),
            (
                "Help one pupil, or all",
                (
                    "[Act], on the pupil’s line: [Pause], [Resume], [Give time] with its reason.",
                    "Another computer: the pupil types the code again there. If the page refuses, "
                    "[Allow another computer].",
                    "A lost strip: hand out a reserve strip, then [Give a reserve code] (on the "
                    "schools’ "
                    "portal).",
                    "A fire drill: [Pause everybody], then [Resume everybody]; or [Time for everybody].",
                ),
            ),
            (
                "Finish",
                (
                    "The pupil chooses [Check and hand in]. When the time is over, the test hands itself in.",
                    "Wait until it says [All answers of the class have arrived.], then [Print the "
                    "state]. "
                    "Collect the strips.",
                    "Something is missing? Do not shut that computer down: connect it and open the page "
                    "again; it sends by itself.",
                ),
            ),
            (
                "Key in papers (CP, CE1)",
                (
                    "[Key in answers]: a line for each pupil, by keyboard. 1 to 9: the choice; 0: "
                    "[no answer]; A: [absent]. [The keys] tells the rest.",
                    "Without a network, go on: everything waits on the computer and is sent afterwards.",
                    "Two colleagues typed two values? Both stay (2 ≠ 3): type the right one.",
                    "[Hand in complete papers]: they no longer change then.",
                ),
            ),
            (
                "Read the results",
                (
                    "[Read the results], between the two dates that the statistical service set: the "
                    "class "
                    "by domain, then each pupil.",
                    "[Sheet] for one pupil, [Print the sheets] for all. After that date nothing can "
                    "be read: "
                    "print before.",
                ),
            ),
            (
                "Without the schools’ portal",
                (
                    "On the test site, at /teacher: the [Room] and the [Code of the room], on the "
                    "operator’s "
                    "sheet, then [Enter]. The same buttons; pupils appear by the number of their strip.",
                    "On a shared computer, end with [Sign out], or here with [Leave].",
                ),
            ),
        ),
    ),
}
