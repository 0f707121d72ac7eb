"""A PAdES signature appended to a PDF by pyHanko. Baseline B-B: no time stamp, no revocation data,
so nothing is fetched. Loaded by `pades` when a letter is first signed."""

from __future__ import annotations

import io
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Alliance"
ALLIANCE = "绿色通道救援联盟 Green Channel Rescue Alliance"
REASON = "担保函存档 Guarantee letter as archived"


class NotAPair(ValueError):
    """Key or certificate can't be read, or they are not each other's."""


class SignerAt(PdfSigner):
    """Signs at the time it was given; the library would ask the clock."""

    moment: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


def appended(pdf: bytes, key: str, certificates: str, at: datetime) -> bytes:
    """`pdf` and a signature over all of it. Raises `NotAPair`."""
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=ALLIANCE,
        reason=REASON,
    )
    signer = SignerAt(about, _signer(key, certificates))
    signer.moment = at
    written = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=written)
    return written.getvalue()


@lru_cache(maxsize=1)
def _signer(key: str, certificates: str) -> SimpleSigner:
    """Key and certificate as PEM, read once; further certificates of the chain may follow."""
    try:
        private = load_pem_private_key(key.encode(), password=None)
        public = load_pem_x509_certificate(certificates.encode()).public_key()
    except (ValueError, TypeError) as error:
        raise NotAPair("PADES_KEY or PADES_CERTIFICATE is not readable PEM") from error
    if private.public_key() != public:
        raise NotAPair("PADES_CERTIFICATE is not the certificate of PADES_KEY")
    own, *chain = load_certs_from_pemder_data(certificates.encode())
    known = SimpleCertificateStore()
    known.register_multiple(chain)
    return SimpleSigner(
        signing_cert=own,
        signing_key=load_private_key_from_pemder_data(key.encode(), passphrase=None),
        cert_registry=known,
    )
