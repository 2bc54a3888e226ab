"""The web page in Spanish."""

from __future__ import annotations

from safelinks.health.model.outcome import Verdict
from safelinks.web.page_texts import PageTexts

__all__ = ["SPANISH_TEXTS"]

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
    drop="Suelte archivos aquí o elíjalos",
    recipients="Mostrar a quién se enviaron los enlaces",
    redirectors="Dejar como están los enlaces de Google, Facebook y rastreadores",
    show="Mostrar enlaces",
    show_help="no consulta a nadie",
    check="Comprobar enlaces",
    check_help="abre cada dirección una vez",
    stop="Detener",
    take_away="Descargar",
    take_away_help="Del texto y los archivos de arriba, sin consultar a nadie:",
    clean="Documento limpio",
    report_html="Informe (HTML)",
    report_csv="Tabla (CSV)",
    report_json="Datos (JSON)",
    of_check="El informe de esta comprobación:",
    checking="Comprobando: {done} de {all} direcciones",
    checked="Se comprobaron todas las direcciones.",
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
    lost="El destino se perdió",
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
    verdicts={
        Verdict.ALIVE: "Funciona",
        Verdict.MOVED: "Se mudó",
        Verdict.DEAD: "No existe",
        Verdict.FAILING: "Falla",
        Verdict.UNCERTAIN: "Dudoso",
        Verdict.SKIPPED: "Omitido",
        Verdict.OFFLINE: "Sin red",
    },
)
