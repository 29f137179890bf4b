"""What the console says in French."""

from __future__ import annotations

FR: dict[str, str] = {
    "console": "Console d’exploitation",
    "places": "Pages de la console",
    "logout": "Se déconnecter",
    "back": "Retour à la journée",
    "waiting": "en attente",
    "problem": "Ce n’est pas possible",
    "role_operator": "exploitation",
    "role_approver": "seconde personne",
    "role_auditor": "audit",
    "role_statistics": "statistiques",
    "place_day": "La journée",
    "place_deliveries": "Passations",
    "place_forms": "Tests",
    "place_proposals": "Approbations",
    "place_audit": "Journal d’audit",
    "alone_banner": (
        "Mode à une seule personne : ce qui touche tout le monde se décide seul. "
        "À désactiver avant une vraie journée (PASSATION_SINGLE_OPERATOR)."
    ),
    "frozen_banner": (
        "Modifications gelées depuis le {since} : ni import, ni nouvelle passation, ni nouveaux codes."
    ),
    "said_created": "La passation est créée. Personne ne peut se connecter avant son ouverture.",
    "said_proposed": "Proposé. Une autre personne doit l’approuver sur cette page.",
    "said_approved": "Approuvé et exécuté : le résultat est indiqué ci-dessous.",
    "said_refused": "Refusé. Rien n’a changé.",
    "said_withdrawn": "Retiré. Rien n’a changé.",
    "said_renewed": (
        "Le code de la salle est retiré. Qui était entré avec lui est dehors ; imprimez le nouveau "
        "sur le serveur."
    ),
    # --- connexion
    "login_title": "Connexion",
    "login_help": ("Pour les personnes qui exploitent les tests. Les comptes se créent sur le serveur même."),
    "login_id": "Identifiant",
    "login_password": "Mot de passe",
    "login_password_help": "Douze signes ; majuscules et espaces sont sans importance.",
    "login_totp": "Code à usage unique",
    "login_totp_help": "Les six chiffres que votre application d’authentification affiche en ce moment.",
    "login_wrong": ("Identifiant, mot de passe ou code à usage unique erroné. Un code ne sert qu’une fois."),
    "login_wait": "Trop d’essais. Réessayez dans {seconds} s.",
    "login_oidc": "Se connecter avec le compte du ministère",
    "sign_in": "Se connecter",
    "entered": "Vous êtes connecté",
    "go_on": "Continuer",
    "oidc_refused": ("Le compte du ministère n’ouvre pas cette console : demandez un accès pour ce sujet."),
    # --- problèmes
    "status_400": "Le formulaire est illisible.",
    "status_401": "Connectez-vous d’abord.",
    "status_403": (
        "Votre rôle ne le permet pas, ou la page est restée ouverte trop longtemps : revenez et réessayez."
    ),
    "status_404": "Il n’y a rien à cette adresse.",
    "status_409": "Ce n’est pas possible maintenant.",
    "status_411": "Le formulaire est illisible.",
    "status_413": "C’est trop gros : un paquet peut peser 64 Mio.",
    "status_422": "Quelque chose ne va pas dans le formulaire.",
    "status_500": "Une erreur s’est produite sur le serveur. Le journal dit où.",
    "busy": "Beaucoup de connexions en ce moment : réessayez dans quelques secondes.",
    "keys_away": "La clé de la console manque : « passation operators add » la crée.",
    "store_away": "Redis ne répond pas. Les élèves continuent et gardent leurs réponses.",
    "archive_away": (
        "L’archive ne répond pas. Les élèves n’en sont pas touchés ; réessayez dans quelques secondes."
    ),
    "bad_minutes_wrong": "Indiquez un nombre entier de minutes, 120 au plus.",
    "bad_reason_wrong": "Choisissez un motif dans la liste.",
    "bad_message_wrong": "Il faut un message en français et en anglais, 300 caractères au plus chacun.",
    "bad_file_missing": "Choisissez d’abord un paquet.",
    "bad_act_unknown": "Cette action n’existe pas.",
    # --- la journée
    "day_title": "La journée",
    "day_times": "Connexions dès le {log_in} · premier début {opens} · dernier début {closes}",
    "day_live": "en direct",
    "day_away": "Le serveur ne répond pas ; les chiffres datent de {time}.",
    "alarms_title": "Alertes",
    "alarms_none": "Tout va bien : aucune alarme.",
    "fig_answers": "Réponses",
    "fig_logins": "Arrivées",
    "fig_p99": "99 réponses sur 100 en moins de",
    "fig_p50": "La moitié des réponses en moins de",
    "fig_journal": "Retard de l’archive",
    "per_s": "/s",
    "curve_title": "Réponses et arrivées par seconde",
    "curve_minutes": "dix dernières minutes",
    "sessions_title": "Sessions",
    "rooms": "Salles",
    "status_ready": "Pas commencé",
    "status_running": "Au travail",
    "status_paused": "En pause",
    "status_submitted": "Rendu",
    "status_closed": "Clos",
    "state_created": "non ouverte",
    "state_open": "ouverte",
    "state_paused": "en pause",
    "state_closed": "close",
    "ranks_title": "Qui est admis",
    "rank": "Dans cet ordre",
    "rank_admitted": "Admis /s",
    "rank_refused": "Refusés",
    "rank_answers": "Réponses",
    "rank_submit": "Remises",
    "rank_resume": "Reprises",
    "rank_start": "Débuts",
    "rank_attempts": "Essais",
    "rank_login": "Connexions",
    "rank_pages": "Pages du personnel",
    "rank_exports": "Exports",
    "machine_title": "La machine",
    "redis_memory": "Mémoire de Redis",
    "journal_entries": "Entrées non archivées",
    "unscored": "Sessions à noter",
    "workers": "Processus",
    "worker": "Processus",
    "worker_wait": "Attente",
    "worker_state": "État",
    "worker_silent": "muet",
    "worker_tight": "à sa limite",
    "worker_well": "bon",
    "freeze_title": "Gel des modifications",
    "freeze_text": (
        "Tant qu’il dure, aucun test ni code n’entre et aucune passation n’est créée. "
        "Ouvrir, mettre en pause, "
        "prolonger, envoyer un message et clore restent possibles. À activer après la "
        "dernière répétition."
    ),
    "do_freeze": "Geler les modifications",
    "do_thaw": "Lever le gel",
    "propose_freeze": "Proposer le gel",
    "propose_thaw": "Proposer de lever le gel",
    # --- alertes
    "alarm_not_open": "L’heure des connexions est passée et ce n’est pas ouvert : {titles}.",
    "alarm_not_open_do": (
        "Aucun élève ne peut entrer. Proposez l’ouverture, qu’une autre personne approuve."
    ),
    "alarm_paused": "En pause pour tous : {titles}.",
    "alarm_paused_do": (
        "Les temps sont arrêtés, les réponses sont reçues. Proposez la reprise quand la cause est levée."
    ),
    "alarm_wrong_codes": "{count} codes inconnus par seconde.",
    "alarm_wrong_codes_do": (
        "Vérifiez que les codes de toutes les salles sont importés : une école tape peut-être ceux "
        "d’une autre campagne. Si quelqu’un devine, chaque navigateur est déjà ralenti ; aucune école "
        "n’est bloquée."
    ),
    "alarm_redis_away": "Redis ne répond pas.",
    "alarm_redis_away_do": (
        "Les élèves continuent, leurs réponses attendent sur leurs appareils. Voyez la "
        "dernière ligne de "
        "redis.log ; « passation serve » le relance de lui-même."
    ),
    "alarm_no_worker": "Aucun processus ne parle.",
    "alarm_no_worker_do": "Lisez le journal de « passation serve » ; relancez-le s’il s’est arrêté.",
    "alarm_answers_refused": "{share} des réponses sont refusées pour l’instant.",
    "alarm_answers_refused_do": (
        "Elles attendent sur les appareils et reviennent d’elles-mêmes. Démarrez un "
        "serveur de plus, sans "
        "relancer ceux qui tournent."
    ),
    "alarm_disk": "Il ne reste que {mib} Mio sur le disque des données.",
    "alarm_disk_do": ("Faites de la place tout de suite : disque plein, plus aucune réponse n’est acceptée."),
    "alarm_memory": "Redis occupe {share} de sa mémoire.",
    "alarm_memory_do": (
        "Rétablissez l’archive ou donnez plus de mémoire à Redis : plein, il n’accepte plus de réponse."
    ),
    "alarm_archive_away": "L’archive ne répond pas.",
    "alarm_archive_away_do": (
        "Les réponses sont en sécurité dans Redis. Rétablissez la base dans l’heure, "
        "avant que la mémoire manque."
    ),
    "alarm_drain_gone": "Personne ne porte les réponses à l’archive.",
    "alarm_drain_gone_do": (
        "Cherchez « drain » dans le journal de « passation serve » ; il le relance de lui-même."
    ),
    "alarm_journal_waits": "La plus ancienne réponse attend l’archive depuis {seconds} s.",
    "alarm_journal_waits_do": (
        "La base est-elle lente, son disque occupé ? Les réponses sont en sécurité dans Redis."
    ),
    "alarm_worker_silent": "Processus devenus muets : {count}.",
    "alarm_worker_silent_do": (
        "Les autres servent. Le journal dit pourquoi il s’est arrêté ; il est relancé."
    ),
    "alarm_worker_young": "Processus démarrés depuis moins de deux minutes : {count}.",
    "alarm_worker_young_do": "Si personne ne l’a relancé, le journal dit pourquoi il s’était arrêté.",
    "alarm_slow": "Une réponse sur cent prend plus de {ms} ms.",
    "alarm_slow_do": (
        "Les postes groupent davantage d’eux-mêmes. Si cela dure, regardez le disque de Redis."
    ),
    "alarm_logins_wait": "{share} des connexions passent par la salle d’attente.",
    "alarm_logins_wait_do": (
        "Elle est faite pour cela : chacun garde sa place. Un serveur de plus l’abrège."
    ),
    # --- passations
    "deliveries_none": "Il n’y a pas encore de passation.",
    "test": "Test",
    "state": "État",
    "opens": "Ouverture",
    "closes": "Dernier début",
    "duration": "Durée",
    "delivery_id": "Passation",
    "new_title": "Nouvelle passation",
    "new_of": "Nouvelle passation de {title}",
    "new_lead": (
        "Le test est scellé sous de nouvelles clés. Personne ne peut se connecter avant l’ouverture, à deux."
    ),
    "items": "{count} questions",
    "window": "Calendrier",
    "times": "Temps d’un élève",
    "when_log_in_opens": "Ouverture des connexions",
    "when_log_in_opens_help": "Vide : 15 minutes avant le premier début.",
    "when_opens": "Premier début",
    "when_opens_help": "Vide : maintenant.",
    "when_closes": "Dernier début",
    "when_closes_help": "Vide : huit heures plus tard.",
    "when_intake_ends": "Réponses tardives jusqu’à",
    "when_intake_ends_help": "Vide : un jour plus tard.",
    "duration_minutes": "Durée, en minutes",
    "grace": "Délai de grâce",
    "grace_help": "Secondes pour les réponses encore en route à la fin.",
    "spread": "Étalement de l’ouverture",
    "spread_help": "Secondes sur lesquelles les débuts s’étalent. Vide : selon la mesure du serveur.",
    "spread_measured": "selon la mesure",
    "keyed": "Sur papier : les enseignants saisissent les réponses, personne ne se connecte.",
    "self_attested": "Compter les réponses tardives sur la seule foi de l’appareil",
    "population_help": (
        "La population vient du fichier de codes signé par l’autorité : « passation codes import FICHIER "
        "--delivery PASSATION --authority-key CLÉ », sur le serveur, pour que le fichier ne passe par "
        "aucun navigateur."
    ),
    "create": "Créer la passation",
    "telling": "Affiché à tous jusqu’au {until} :",
    "check_title": "Contrôle de la passation",
    "check_ready": "rien à corriger",
    "check_stops": "{count} à corriger",
    "level_ok": "Bon",
    "level_look": "À voir",
    "level_stop": "À corriger",
    "check_codes": "Sessions : {count} ; salles : {rooms}.",
    "check_codes_bad": "Aucun code n’est importé : personne ne peut se connecter.",
    "check_rooms": "Chaque salle a ses codes.",
    "check_rooms_bad": "Salles sans aucun code valable : {count}.",
    "check_closing": ("Les réponses sont reçues jusqu’après la plus longue séance permise ({longest} min)."),
    "check_closing_bad": (
        "La réception s’arrête {lacks} min avant la fin de la plus longue séance permise "
        "({longest} min) de "
        "qui commence en dernier."
    ),
    "check_window": "Le calendrier est à venir ou en cours.",
    "check_window_bad": "Le premier ou le dernier début est déjà passé.",
    "check_lead": "Les connexions ouvrent {minutes} min avant le premier début.",
    "check_lead_bad": (
        "Les connexions n’ouvrent que {minutes} min avant le début : tous arriveraient à la fois."
    ),
    "check_keys": "Les clés de la passation sont là.",
    "check_keys_bad": "Les clés de la passation manquent : remettez-les depuis la copie sûre.",
    "check_content": "Le test scellé est sur le disque.",
    "check_content_bad": "Le test scellé n’est pas sur le disque de ce serveur.",
    "check_form": "Le test et ses règles de notation sont dans la banque.",
    "check_form_bad": "Le test ou ses règles de notation manquent dans la banque.",
    "check_authority": (
        "Les pages des enseignants peuvent demander leurs salles : origine et clé sont réglées."
    ),
    "check_authority_bad": (
        "Les pages des enseignants ne sont pas réglées : PASSATION_AUTHORITY_ORIGIN et signing.pub.pem."
    ),
    "check_rehearsal": ("Dernière répétition le {rehearsed}, après la création de cette passation ({made})."),
    "check_rehearsal_bad": (
        "La dernière répétition ({rehearsed}) est antérieure à cette passation ({made})."
    ),
    "check_rehearsed_bad": (
        "Aucune répétition n’est consignée : « passation loadtest », puis « loadtest record »."
    ),
    "check_frozen": "Les modifications sont gelées.",
    "check_frozen_bad": ("Les modifications ne sont pas gelées : ce qui a été répété peut encore changer."),
    "check_alone_bad": "Le mode à une seule personne est actif : personne ne regarde une seconde fois.",
    "check_deciders": "{count} personnes peuvent décider.",
    "check_deciders_bad": "Comptes qui peuvent décider : {count} ; il faut une seconde personne.",
    "acts_title": "Ce qui touche tout le monde",
    "acts_two": "Vous proposez ; cela prend effet quand une autre personne l’a approuvé.",
    "acts_alone": "Mode à une seule personne : cela prend effet aussitôt.",
    "propose": "Proposer",
    "propose_of": "Proposer : {act}",
    "act_open": "Ouvrir",
    "act_open_text": "Les élèves peuvent se connecter et commencer selon le calendrier.",
    "act_pause": "Pause pour tous",
    "act_pause_text": ("Personne ne commence, tous les temps s’arrêtent, les réponses sont encore reçues."),
    "act_resume": "Reprise pour tous",
    "act_resume_text": "Tous les temps repartent d’où ils en étaient.",
    "act_extend": "Plus de temps pour tous",
    "act_extend_text": (
        "Tous ceux qui travaillent reçoivent ces minutes ; le dernier début recule d’autant."
    ),
    "act_broadcast": "Message à tous",
    "act_broadcast_text": "Affiché une fois à chaque élève, dans la langue de sa page.",
    "act_close": "Clore définitivement",
    "act_close_text": (
        "Met fin à tout accès aussitôt. Les sessions ouvertes comptent telles quelles. Sans retour possible."
    ),
    "act_freeze": "Geler les modifications",
    "act_thaw": "Lever le gel",
    "act_waits": "C’est proposé et attend son approbation.",
    "minutes": "Minutes",
    "reason": "Motif",
    "reason_technical": "technique",
    "reason_evacuation": "évacuation",
    "reason_arrangement": "aménagement",
    "reason_other": "autre",
    "message_fr": "En français",
    "message_en": "En anglais",
    "message_shown": "Affiché pendant",
    # --- salles
    "rooms_lead": (
        "Les salles telles que l’autorité les nomme, un groupe d’élèves chacune. Ce "
        "serveur ne connaît ni "
        "établissement ni nom."
    ),
    "rooms_begins": "Le nom commence par",
    "rooms_none": "Il n’y a pas de telle salle.",
    "room": "Salle",
    "room_code": "Code de l’enseignant",
    "room_renewed": "nouveau depuis {at}",
    "room_renew": "Retirer…",
    "room_renew_of": "Retirer le code de la salle {room}…",
    "room_renew_text": (
        "Vu par d’autres, ou perdu ? L’ancien code n’ouvre plus rien, et qui est entré avec lui est "
        "dehors dans la seconde. Les élèves ne remarquent rien. Aucun code ne s’affiche ici ; imprimez "
        "le nouveau sur le serveur :"
    ),
    "room_renew_go": "Retirer ce code",
    "room_renew_go_of": "Retirer le code de la salle {room}",
    "search": "Chercher",
    "more": "Suite",
    # --- tests
    "forms_lead": (
        "Les paquets QTI sont contrôlés et compilés ici ; une passation se fait avec ce que tient la banque."
    ),
    "forms_bring": "Apporter un test",
    "forms_file": "Paquet QTI (2.0 à 3.0)",
    "forms_file_help": "Un fichier .zip de 64 Mio au plus.",
    "forms_check": "Contrôler seulement",
    "forms_import": "Contrôler et importer",
    "forms_imported": "Le test est dans la banque.",
    "forms_good": "Ce paquet peut être passé et noté.",
    "forms_bad": "Ce paquet ne peut pas être pris",
    "forms_hidden": "et {count} autres.",
    "forms_bank": "Dans la banque",
    "forms_none": "La banque est vide.",
    "language": "Langue",
    "questions": "Questions",
    "form_name": "Nom",
    # --- propositions
    "proposals_lead": ("L’un propose, l’autre approuve : nul ne décide seul de ce qui touche tout le monde."),
    "proposals_alone": "Mode à une seule personne : ce qui est proposé prend effet aussitôt.",
    "proposals_none": "Rien n’attend d’approbation.",
    "proposals_past": "Décidé",
    "proposed_by": "proposé par {who}, {at}",
    "proposal_until": "jusqu’au {at}",
    "proposal_stuck": "approuvé, mais le processus qui l’exécutait a disparu",
    "own_proposal": "La vôtre : une autre personne doit l’approuver.",
    "approve": "Approuver et exécuter",
    "again": "Exécuter de nouveau",
    "refuse": "Refuser",
    "withdraw": "Retirer",
    "what": "Quoi",
    "who": "Qui",
    "when": "Quand",
    "line": "Ligne",
    "proposer": "Proposé par",
    "decider": "Décidé par",
    "proposal_open": "ouverte",
    "proposal_approved": "en cours",
    "proposal_done": "exécutée",
    "proposal_failed": "échouée",
    "proposal_refused": "refusée",
    "proposal_withdrawn": "retirée",
    "proposal_expired": "périmée",
    "outcome_sessions": "{count} sessions",
    # --- audit
    "audit_lead": (
        "Qui a fait quoi, et quand. Chaque ligne porte l’empreinte de la précédente ; "
        "« passation audit verify » les parcourt toutes."
    ),
    "audit_hash": "Après la ligne {seq}, la chaîne finit par",
}
