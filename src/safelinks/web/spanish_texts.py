"""The web page in Spanish."""

from __future__ import annotations

from collections.abc import Mapping

from safelinks.catalog.lookalikes.suspicions import Sign
from safelinks.catalog.match import Inference, MatchedRule
from safelinks.health.model.outcome import Reason, Verdict
from safelinks.web.page_texts import PageTexts

__all__ = ["SPANISH_TEXTS"]

_MEANINGS: Mapping[Reason, str] = {
    Reason.OK: "",
    Reason.REDIRECTED: "después de una redirección",
    Reason.MOVED_PERMANENTLY: "se mudó para siempre",
    Reason.RENAMED: "se conoce una dirección más nueva",
    Reason.NOT_FOUND: "la página no se encuentra",
    Reason.GONE: "la página se eliminó para siempre",
    Reason.NO_SUCH_HOST: "no existe ese servidor",
    Reason.SOFT_404: "el servidor muestra una página de «no encontrado»",
    Reason.PARKED: "el dominio está en venta o sin uso",
    Reason.NO_SUCH_FRAGMENT: "la página funciona, pero no tiene ese #fragmento",
    Reason.SERVER_ERROR: "el servidor informa de un error",
    Reason.REFUSED: "el servidor rechaza las conexiones",
    Reason.RESET: "el servidor cerró la conexión",
    Reason.UNREACHABLE: "no se puede llegar al servidor",
    Reason.TIMEOUT: "no respondió a tiempo",
    Reason.DNS_FAILURE: "no se pudo resolver su nombre",
    Reason.TLS_EXPIRED: "su certificado caducó",
    Reason.TLS_NOT_YET_VALID: "su certificado aún no es válido",
    Reason.TLS_HOSTNAME: "su certificado es de otro nombre",
    Reason.TLS_UNTRUSTED: "su certificado no es de confianza",
    Reason.TLS_SELF_SIGNED: "su certificado está firmado por él mismo",
    Reason.TLS_FAILURE: "no hay conexión segura",
    Reason.MAINTENANCE: "está en mantenimiento",
    Reason.REDIRECT_LOOP: "redirige en círculo",
    Reason.TOO_MANY_REDIRECTS: "demasiadas redirecciones",
    Reason.BAD_REDIRECT: "redirige sin destino",
    Reason.PROTOCOL_ERROR: "la respuesta no es HTTP",
    Reason.AUTH_REQUIRED: "pide una contraseña",
    Reason.FORBIDDEN: "niega el acceso",
    Reason.RATE_LIMITED: "demasiadas peticiones",
    Reason.LEGAL: "no disponible por razones legales",
    Reason.BOT_WALL: "bloquea las peticiones automáticas",
    Reason.LOGIN_WALL: "redirige a una página de inicio de sesión",
    Reason.TLS_INCOMPLETE_CHAIN: "el servidor no envía un certificado intermedio",
    Reason.HTTP2_ONLY: "el servidor solo admite HTTP/2",
    Reason.ODD_STATUS: "estado inesperado",
    Reason.PRIVATE_ADDRESS: "dirección privada",
    Reason.RESERVED_NAME: "nombre reservado para ejemplos y pruebas",
    Reason.BLOCKED_PORT: "puerto de otro servicio",
    Reason.ONE_TIME_LINK: "enlace de un solo uso",
    Reason.UNSUPPORTED_SCHEME: "no es una dirección web",
    Reason.INVALID_URL: "no es una dirección válida",
    Reason.WRAPPER: "enlace envuelto, nunca se consulta",
    Reason.EXCLUDED: "excluido",
    Reason.DEFANGED: "desactivado a propósito",
    Reason.LINK_TEXT: "texto de un enlace, no su destino",
    Reason.SHORTENED: "dirección abreviada",
    Reason.TEMPLATE: "plantilla, no una dirección",
    Reason.CONNECTION_HINT: "aviso de conexión, no un enlace",
    Reason.SECURITY_POLICY: "parte de una política de seguridad, no un enlace",
    Reason.VOCABULARY: "nombre de un vocabulario, no un enlace",
    Reason.NAMESPACE: "nombre de un espacio de nombres, no un enlace",
    Reason.IDENTIFIER: "identificador, no un enlace",
    Reason.DATA: "datos de un script, no un enlace",
    Reason.ATTRIBUTE_TEXT: "texto de un atributo, no un enlace",
    Reason.FORM_ACTION: "destino de un formulario, no un enlace",
    Reason.SCRIPT: "cadena de un script, no un enlace",
    Reason.BASE: "base de otras direcciones, no un enlace",
    Reason.UNCLEAR_END: "no es seguro dónde termina la dirección",
    Reason.NOT_ASKED: "sin comprobar",
    Reason.NO_NETWORK: "no se sabe: este servidor no tiene red",
}

SPANISH_TEXTS = PageTexts(
    code="es",
    name="Español",
    languages="Idioma",
    title="Comprobar los enlaces de un mensaje",
    skip="Ir al formulario",
    heading="Vea adónde llevan los enlaces",
    promise=(
        "Pegue un mensaje o suelte un archivo. Los enlaces envueltos se descodifican en este "
        "servidor. No se guarda nada, y no se consulta ningún otro sitio hasta que usted "
        "compruebe los enlaces."
    ),
    form="Su mensaje",
    text_label="Enlace o texto",
    text_help="Un enlace o un mensaje entero.",
    files_label="Archivos",
    files_help="Correo, Word, PDF, páginas web y más. Puede elegir varios.",
    drop="Suéltelos en esta página o elíjalos.",
    choices="Opciones",
    recipients="Mostrar a quién se enviaron los enlaces",
    redirectors="Dejar como están los enlaces de Google, Facebook y rastreadores",
    show="Mostrar enlaces",
    show_help="no consulta a nadie",
    check="Comprobar enlaces",
    check_help="abre cada dirección una vez",
    stop="Detener",
    take_away="Descargar",
    take_away_help="Del texto y los archivos de arriba, sin consultar a nadie:",
    after_check="Después de abrir cada dirección una vez:",
    fixed="Documento corregido",
    clean="Documento limpio",
    report_html="Informe (HTML)",
    report_csv="Tabla (CSV)",
    report_json="Datos (JSON)",
    of_check="Guardar:",
    checking="Comprobando: {done} de {all} direcciones",
    checked="La comprobación ha terminado.",
    interrupted="La comprobación llegó a su límite de tiempo. Faltan direcciones.",
    stopped="Detenido. Los resultados hasta ahora están abajo.",
    failed="Esto no funcionó.",
    none="No se encontraron enlaces.",
    results="Resultados",
    links_heading="Enlaces",
    caption="Todos los enlaces, con su veredicto, recurso, organismo, lugar y lo que parece mal",
    column_verdict="Veredicto",
    column_resource="Recurso",
    column_agency="Organismo",
    column_address="Dirección",
    column_where="Dónde",
    column_doubts="Lo que parece mal",
    not_checked="Sin comprobar",
    unknown="desconocido",
    lost="El destino se perdió. Pida al remitente la dirección original.",
    instead="Escriba en su lugar",
    suspicious="Sospechoso",
    details="Detalles",
    in_file="En el archivo",
    wrapped_by="Envuelto por",
    reads="Dice",
    sent="Enviado",
    tenant="Organización remitente",
    recipient="Enviado a",
    because="Identificado porque",
    seen="Visto",
    in_the_file="en el archivo",
    clean_text="El texto con sus enlaces verdaderos",
    copy="Copiar el texto limpio",
    copied="Copiado.",
    notes="Notas",
    problem="Hay un problema",
    footer=(
        "Las direcciones que quizá no funcionan o parecen sospechosas se muestran como texto, "
        "no como enlaces."
    ),
    page_of="una página de {name}",
    official="un sitio oficial",
    counts="Direcciones por veredicto",
    verdicts={
        Verdict.ALIVE: "Funciona",
        Verdict.MOVED: "Se mudó",
        Verdict.DEAD: "No existe",
        Verdict.FAILING: "Falla",
        Verdict.UNCERTAIN: "Dudoso",
        Verdict.SKIPPED: "Omitido",
        Verdict.OFFLINE: "Sin red",
    },
    meanings=_MEANINGS,
    suspicions={
        Sign.LOOKALIKE: "el nombre se parece al de {imitates}, pero es otro sitio",
        Sign.NAME_ELSEWHERE: "usa el nombre de {imitates}, pero es otro sitio",
        Sign.NUMBERED_ELSEWHERE: "empieza como {imitates}, pero no es de su dueño",
        Sign.PATH_ELSEWHERE: (
            "tiene una ruta de {imitates}: es otro portal del mismo producto o una imitación"
        ),
        Sign.USERINFO: "la parte antes de la @ nombra a {imitates}, pero el sitio es otro",
        Sign.STAGING: "se llama como un sitio de pruebas, no como {imitates}",
        Sign.INSECURE_SIGN_IN: (
            "es una página de inicio de sesión, y http:// no protege lo que se escribe en ella"
        ),
        Sign.WRAPPER_LOOKALIKE: (
            "el nombre se parece al de {imitates}, que envuelve enlaces, pero es otro sitio"
        ),
    },
    identified={
        MatchedRule.ADDRESS: "es la dirección de {name}",
        MatchedRule.FORMER_ADDRESS: "es una dirección anterior de {name}",
        MatchedRule.IDENTIFIER: "{matched} {identifier} es de {name}",
        MatchedRule.PREFIX: "está debajo de {matched}, que es {name}",
        MatchedRule.HOST: "el servidor {matched} es {name}",
        MatchedRule.AGENCY_HOST: "el servidor {matched} es de {name}",
        MatchedRule.HOST_NUMBER: "el número {matched} del servidor es el de {name}",
        MatchedRule.PATH_NAME: "el nombre {matched} de la ruta es el de {name}",
        MatchedRule.SUBDOMAIN: "el subdominio {matched} es el de {name}",
        MatchedRule.OWNER: (
            "{matched} es un dominio de {name}, pero no se sabe de quién es esta página"
        ),
        MatchedRule.OPEN_SUFFIX: "{site} no está en el catálogo",
        MatchedRule.EXTERNAL: "{site} no está en el catálogo",
        Inference.SHORT_NAME: "el nombre corto {matched} es el de {name}",
        Inference.OTHER_HOST: "es {matched}, una página de {name}, en {host}",
        Inference.FORMER_PLACE: "{matched} es un lugar anterior de {name}",
    },
    places={
        "message": "mensaje",
        "part": "parte",
        "page": "página",
        "slide": "diapositiva",
        "sheet": "hoja",
        "cell": "celda",
        "paragraph": "párrafo",
        "line": "línea",
    },
    problems={
        "bad-request": "La petición no se entiende.",
        "unknown-option": "No existe esa opción.",
        "nothing-sent": "No hay texto ni archivo. Envíe un enlace, un texto o un archivo.",
        "token": (
            "Hace falta una clave. Escríbala como contraseña, con cualquier nombre de usuario."
        ),
        "cross-site": (
            "La petición viene de otro sitio. Solo la página de este servidor puede enviarla."
        ),
        "not-found": "No existe esa página.",
        "method": "Aquí no se permite este método.",
        "slow-body": "La petición tardó demasiado en llegar. Inténtelo de nuevo.",
        "too-large": "La petición es demasiado grande. Se permiten {most} como máximo.",
        "too-many-files": "Hay demasiados archivos. Se permiten {most} como máximo.",
        "too-many-links": (
            "Hay demasiados enlaces a la vez. Se permiten {most} direcciones como máximo."
        ),
        "content-type": "No se acepta este tipo de contenido.",
        "wrong-host": "Este servidor no responde a ese nombre.",
        "unreadable": "No se puede leer el documento.",
        "not-writable": "No se pueden reemplazar los enlaces de este documento.",
        "too-much": (
            "Leer este documento exige demasiada memoria o demasiado tiempo. "
            "La línea de comandos puede usar más."
        ),
        "busy": "El servidor está ocupado. Inténtelo de nuevo en unos segundos.",
        "server": "El servidor no pudo responder. No se guardó nada. Inténtelo de nuevo.",
    },
)
