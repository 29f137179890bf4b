"""The operator's manual: one page."""

from __future__ import annotations

from pages.manual import Manual

MANUAL = {
    "fr": Manual(
        "Mode d’emploi : exploitation",
        "D’un test à la destruction des clés, sur une page. Tout ce qui touche tout le monde se "
        "décide à deux.",
        (
            (
                "Préparer",
                (
                    "Un compte par personne, sur le serveur : `passation operators add`. Connexion par "
                    "identifiant, mot de passe et [Code à usage unique].",
                    "[Tests] : [Contrôler et importer]. Les problèmes sont dits avec fichier et "
                    "ligne. Puis "
                    "[Créer la passation], avec son [Calendrier].",
                    "Les codes signés par l’autorité : `passation codes import`. Les feuilles des "
                    "salles, "
                    "pour /teacher : `passation rooms codes`.",
                ),
            ),
            (
                "Vérifier",
                (
                    "[Passations], la passation, [Contrôle de la passation] : plus rien ne doit être "
                    "[À corriger].",
                    "Répéter la journée : `passation loadtest`, puis `passation loadtest record`.",
                    "Copie sûre des clés, ailleurs ; sauvegarde : `passation backup create`, puis "
                    "`passation backup verify`.",
                    "Ensuite [Proposer le gel] : plus rien de ce qui a été répété ne change.",
                ),
            ),
            (
                "Ouvrir",
                (
                    "Sur la passation, [Ouvrir] puis [Proposer]. Une autre personne, dans "
                    "[Approbations] : "
                    "[Approuver et exécuter].",
                    "Les élèves se connectent dès l’[Ouverture des connexions] ; personne ne "
                    "commence avant "
                    "le [Premier début].",
                ),
            ),
            (
                "La journée",
                (
                    "[La journée] : [Réponses], [Arrivées], [99 réponses sur 100 en moins de], "
                    "[Retard de l’archive], les [Sessions] par état ; [Salles], salle par salle.",
                    "Une heure de plus ou une évacuation générale : [Plus de temps pour tous], "
                    "[Pause pour tous], [Reprise pour tous]. Une consigne : [Message à tous].",
                    "Plus de monde que prévu : démarrez un serveur de plus. Ne relancez jamais ceux qui "
                    "tournent.",
                ),
            ),
            (
                "Alertes",
                (
                    "Chaque alerte dit quoi faire ; rouge d’abord. Sans alerte : "
                    "[Tout va bien : aucune alarme.]",
                    "[Redis ne répond pas.] Les élèves continuent ; `passation serve` le relance. "
                    "Fichier "
                    "refusé : ne le réparez pas, suivez le README de l’engine.",
                    "[L’archive ne répond pas.] Les réponses sont à l’abri dans Redis : une heure pour "
                    "rétablir la base. `passation archive status` dit ce qui attend.",
                    "Disque ou mémoire presque pleins : faites de la place tout de suite.",
                ),
            ),
            (
                "Fermer",
                (
                    "Après [Réponses tardives jusqu’à] : [Clore définitivement], à deux. "
                    "`passation archive reconcile` : les comptes, salle par salle.",
                    "Noter et remettre : `passation results rescore` s’il le faut, `passation "
                    "results export` "
                    "avec --sign. Ouvrir aux enseignants : `passation results publish`.",
                    "L’autorité signe un reçu pour chaque passation ; `passation finish` avec "
                    "--dry-run dit ce "
                    "qui manque, puis `passation finish` détruit clés, codes et accès. Détruisez aussi "
                    "la copie sûre.",
                ),
            ),
        ),
    ),
    "en": Manual(
        "How to use it: operators",
        "From a test to the destruction of its keys, on one page. Two decide what touches everybody.",
        (
            (
                "Prepare",
                (
                    "An account a person, on the server: `passation operators add`. Sign in with "
                    "identifier, "
                    "password and [One-time code].",
                    "[Tests]: [Check and import]. Problems are told with file and line. Then "
                    "[Make the delivery], with its [Window of time].",
                    "The codes that the authority signed: `passation codes import`. Sheets of the "
                    "rooms, for "
                    "/teacher: `passation rooms codes`.",
                ),
            ),
            (
                "Check",
                (
                    "[Deliveries], the delivery, [Check of the delivery]: nothing may be left to "
                    "[Put right].",
                    "Rehearse the day: `passation loadtest`, then `passation loadtest record`.",
                    "A safe copy of the keys, elsewhere; a backup: `passation backup create`, then "
                    "`passation backup verify`.",
                    "Then [Propose the freeze]: nothing changes any more of what was rehearsed.",
                ),
            ),
            (
                "Open",
                (
                    "On the delivery, [Open] and [Propose]. Another person, under [Approvals]: "
                    "[Approve and carry out].",
                    "Pupils log in as soon as [Log-in opens]; nobody starts before the [First start].",
                ),
            ),
            (
                "The day",
                (
                    "[The day]: [Answers], [Arrivals], [99 of 100 answers within], [Archive behind "
                    "by], the "
                    "[Sessions] by state; [Rooms], room by room.",
                    "An hour more, or everybody out: [More time for everybody], [Pause for everybody], "
                    "[Resume for everybody]. A word to all: [Message to everybody].",
                    "More people than planned: start another server. Never restart those that run.",
                ),
            ),
            (
                "Alarms",
                (
                    "Each alarm says what to do; red ones first. Without any: [All is well: no alarm.]",
                    "[Redis does not answer.] Pupils go on; `passation serve` starts it again. A "
                    "file that is "
                    "refused: do not repair it, follow the README of the engine.",
                    "[The archive does not answer.] Answers are safe in Redis: an hour to bring the "
                    "database "
                    "back. `passation archive status` tells what waits.",
                    "Disk or memory nearly full: make room at once.",
                ),
            ),
            (
                "Close",
                (
                    "After [Late answers until]: [Close for good], by two. `passation archive "
                    "reconcile`: the "
                    "accounts, room by room.",
                    "Score and hand over: `passation results rescore` if need be, `passation results "
                    "export` "
                    "with --sign. Open to teachers: `passation results publish`.",
                    "The authority signs a receipt for each delivery; `passation finish` with "
                    "--dry-run tells "
                    "what is missing, then `passation finish` destroys keys, codes and access. Destroy "
                    "the safe copy too.",
                ),
            ),
        ),
    ),
}
