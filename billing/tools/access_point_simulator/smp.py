"""The simulated network's register: an SMP that answers as Peppol's do (SMP 1.x, busdox), signed by its own authority.

GET /smp/{scheme}::{participant}                          its service group
GET /smp/{scheme}::{participant}/services/{scheme}::{type} which processes it takes the type in, and where
GET /smp-authority.pem                                    the certificate of the authority, for whoever is to trust it
"""

import base64
from typing import Final
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.tools.access_point_simulator.desk import Desk, participant_in, without_scheme
from billing.tools.access_point_simulator.faults import Fault, Verb, damaged
from peppol.identifiers import DOCUMENT_SCHEME, PARTICIPANT_SCHEME, PROCESS_SCHEME
from peppol.xml.literals import escaped

_NAMES: Final = (
    'xmlns:smp="http://busdox.org/serviceMetadata/publishing/1.0/" '
    'xmlns:id="http://busdox.org/transport/identifiers/1.0/" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing"'
)
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def smp_shape(desk: Desk) -> APIRouter:
    """The register's two questions."""
    router = APIRouter()
    authority = desk.authority
    certificate = base64.b64encode(authority.access_point_certificate).decode()

    @router.get("/smp-authority.pem")
    def trusted() -> Response:
        return Response(authority.pem, media_type="application/x-pem-file")

    @router.get("/smp/{participant}")
    def group(request: Request, participant: str) -> Response:
        whose = participant_in(participant)
        with desk.visited(Verb.LOOKUP, whose, whose) as struck:
            types = sorted({each[1] for each in desk.store.capabilities(whose)})
            if not types:
                return Response(status_code=404)
            base = f"{str(request.base_url).rstrip('/')}/smp/{_quoted(PARTICIPANT_SCHEME, whose)}/services/"
            links = "".join(
                f'<smp:ServiceMetadataReference href="{escaped(base + _quoted(DOCUMENT_SCHEME, each))}"/>'
                for each in types
            )
            written = (
                f"<smp:ServiceGroup {_NAMES}>{_identifier('Participant', PARTICIPANT_SCHEME, whose)}"
                f"<smp:ServiceMetadataReferenceCollection>{links}</smp:ServiceMetadataReferenceCollection>"
                "</smp:ServiceGroup>"
            )
            return _xml(desk, written, whose, Fault.CORRUPT in struck)

    @router.get("/smp/{participant}/services/{kind:path}")
    def services(request: Request, participant: str, kind: str) -> Response:
        whose = participant_in(participant)
        wanted = without_scheme(unquote(kind), DOCUMENT_SCHEME)
        with desk.visited(Verb.LOOKUP, f"{whose} {wanted}", whose) as struck:
            processes = sorted(each[2] for each in desk.store.capabilities(whose) if each[1] == wanted)
            if not processes:
                return Response(status_code=404)
            address = f"{str(request.base_url).rstrip('/')}/as4"
            written = (
                f"<smp:SignedServiceMetadata {_NAMES}><smp:ServiceMetadata><smp:ServiceInformation>"
                f"{_identifier('Participant', PARTICIPANT_SCHEME, whose)}"
                f"{_identifier('Document', DOCUMENT_SCHEME, wanted)}"
                f"<smp:ProcessList>{''.join(_process(each, address, certificate) for each in processes)}"
                "</smp:ProcessList>"
                "</smp:ServiceInformation></smp:ServiceMetadata></smp:SignedServiceMetadata>"
            )
            signed = authority.signed(written.encode()).decode()
            return _xml(desk, signed.partition("?>")[2], whose, Fault.CORRUPT in struck)

    return router


def _process(process: str, address: str, certificate: str) -> str:
    return (
        f"<smp:Process>{_identifier('Process', PROCESS_SCHEME, process)}<smp:ServiceEndpointList>"
        '<smp:Endpoint transportProfile="peppol-transport-as4-v2_0">'
        f"<wsa:EndpointReference><wsa:Address>{escaped(address)}</wsa:Address></wsa:EndpointReference>"
        "<smp:RequireBusinessLevelSignature>false</smp:RequireBusinessLevelSignature>"
        f"<smp:Certificate>{certificate}</smp:Certificate>"
        "<smp:ServiceDescription>simulated</smp:ServiceDescription>"
        "<smp:TechnicalContactUrl>about:blank</smp:TechnicalContactUrl>"
        "</smp:Endpoint></smp:ServiceEndpointList></smp:Process>"
    )


def _identifier(name: str, scheme: str, value: str) -> str:
    return f'<id:{name}Identifier scheme="{scheme}">{escaped(value)}</id:{name}Identifier>'


def _quoted(scheme: str, value: str) -> str:
    return quote(f"{scheme}::{value}", safe="")


def _xml(desk: Desk, written: str, whose: str, corrupt: bool) -> Response:
    body = (_DECLARATION + written).encode()
    return Response(
        damaged(body, seed=desk.seed, letter=whose) if corrupt else body, media_type="application/xml"
    )
