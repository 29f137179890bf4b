"""The head's manual: one page."""

from __future__ import annotations

from pages.manual import Manual

MANUAL = {
    "fr": Manual(
        "Mode d’emploi : direction",
        "D’un courrier aux résultats de l’école ou de l’établissement, sur une page.",
        (
            (
                "Recevoir les identifiants",
                (
                    "Le service statistique envoie un courrier pour vous (identifiant : le numéro de "
                    "l’établissement) et un par classe, à remettre à son enseignant.",
                    "Sur ce portail : [Se connecter]. Majuscules et espaces n’ont pas d’importance.",
                    "Mot de passe perdu : le vôtre, le service statistique en envoie un autre ; celui d’une "
                    "classe, [Accès de l’enseignant] l’imprime.",
                ),
            ),
            (
                "Apporter et vérifier les listes",
                (
                    "[Importer des listes], puis [Lire le fichier] : ONDE, Pronote, SIECLE ou "
                    "OneRoster. "
                    "Rien n’est gardé avant [Enregistrer ces élèves].",
                    "Dans chaque classe, [À regarder avant de valider] montre doublons et dates "
                    "étranges. "
                    "[Corriger], [Ajouter un élève], [Retirer de la liste].",
                    "[Aménagements] : le temps et les réglages d’un élève, jamais leur motif.",
                ),
            ),
            (
                "Valider",
                (
                    "La liste est juste : cochez la case, puis [Valider la liste]. Les codes ne sont "
                    "créés "
                    "que pour les classes validées.",
                    "Toute correction ensuite demande de valider de nouveau.",
                ),
            ),
            (
                "Imprimer les codes",
                (
                    "[Imprimer tous les codes (PDF)], ou [Codes de la classe] puis "
                    "[Imprimer la classe (PDF)]. Découpez ; gardez sous clé jusqu’au jour.",
                    "Bande abîmée : [Réimprimer]. Code vu par d’autres : [Retirer].",
                    "Élève arrivé entre-temps, bande perdue : parmi les [Codes de réserve], "
                    "choisissez à qui "
                    "la bande est donnée, puis [Noter].",
                ),
            ),
            (
                "Le jour venu",
                (
                    "[Suivre], ou [Suivre la passation] dans la classe : chaque élève, et si ses "
                    "réponses sont "
                    "[En sécurité]. Vous pouvez tout ce que peut l’enseignant.",
                    "Le soir : [Imprimer l’état] de chaque classe. Gardez les bandes des absents, "
                    "détruisez les "
                    "autres.",
                    "CP et CE1 : [Saisir les réponses] montre ce qui reste à saisir.",
                ),
            ),
            (
                "Lire les résultats",
                (
                    "[Lire les résultats], classe par classe, entre les deux dates fixées. "
                    "[Imprimer les fiches] avant la seconde : ensuite plus personne ne peut lire.",
                    "Une famille demande à voir ce qui est gardé : la page [Familles : ce qui est "
                    "conservé] "
                    "le dit ; transmettez sa demande au service statistique.",
                ),
            ),
        ),
    ),
    "en": Manual(
        "How to use it: heads",
        "From a letter to the results of the school, on one page.",
        (
            (
                "Receive the identifiers",
                (
                    "The statistical service sends a letter for you (identifier: the school’s "
                    "number) and one "
                    "for each class, to be given to its teacher.",
                    "On this portal: [Sign in]. Capitals and spaces do not matter.",
                    "A lost password: yours, the statistical service sends another; that of a class, "
                    "[Teacher’s access] prints it.",
                ),
            ),
            (
                "Bring the lists in and check them",
                (
                    "[Import lists], then [Read the file]: ONDE, Pronote, SIECLE or OneRoster. "
                    "Nothing is kept "
                    "before [Save these pupils].",
                    "In each class, [To look at before you validate] shows pupils listed twice and "
                    "odd dates. "
                    "[Correct], [Add a pupil], [Take off the list].",
                    "[Arrangements]: a pupil’s time and settings, never their reason.",
                ),
            ),
            (
                "Validate",
                (
                    "The list is right: tick the box, then [Validate the list]. Codes are made for "
                    "validated "
                    "classes only.",
                    "Any correction after that asks for a new validation.",
                ),
            ),
            (
                "Print the codes",
                (
                    "[Print all codes (PDF)], or [Codes of the class] and then [Print the class "
                    "(PDF)]. Cut "
                    "them; keep them locked away until the day.",
                    "A damaged strip: [Print again]. A code that others saw: [Withdraw].",
                    "A pupil who came late, a lost strip: among the [Reserve codes] choose whom the "
                    "strip was "
                    "given to, then [Note it].",
                ),
            ),
            (
                "On the day",
                (
                    "[Follow], or [Follow the test] in the class: each pupil, and whether the "
                    "answers are "
                    "[Safe]. You can do all that a teacher can.",
                    "In the evening: [Print the state] of each class. Keep the strips of those who "
                    "were absent, "
                    "destroy the others.",
                    "CP and CE1: [Key in answers] shows what is still to key.",
                ),
            ),
            (
                "Read the results",
                (
                    "[Read the results], class by class, between the two dates. [Print the sheets] "
                    "before the "
                    "second one: after it nobody can read them.",
                    "A family asks what is kept: the page [Families: what is kept] tells it; pass "
                    "the request "
                    "on to the statistical service.",
                ),
            ),
        ),
    ),
}
