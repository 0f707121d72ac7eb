"""The archived PDF signed as PAdES: off unless set, then the same bytes at every reprint."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from guarantee.letters import pades, paper
from guarantee.letters.pades import PadesMisconfigured
from guarantee.letters.paper.specimen import specimen
from guarantee.letters.printing import paper_of
from guarantee.letters.snapshot import content_of
from tests import factories as make
from tests.databases import settings_for

AT = datetime(2026, 11, 20, 6, 14, tzinfo=UTC)


def key_and_certificate():
    """What the lines in docs/operations.md make: EC P-256, self-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Letters")])
    usage = {
        name: name in ("digital_signature", "content_commitment")
        for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        )
    }  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT - timedelta(days=900))
        .not_valid_after(AT + timedelta(days=9000))
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret.decode(), certificate.public_bytes(Encoding.PEM).decode()


KEY, CERTIFICATE = key_and_certificate()


def settings(**more):
    return settings_for(
        "sqlite://", **({"pades_key": KEY, "pades_certificate": CERTIFICATE} | more)
    )


@pytest.fixture(scope="module")
def pdf():
    return paper.render(specimen())


@pytest.fixture(scope="module")
def signed(pdf):
    return pades.with_pades(pdf, settings=settings(), at=AT)


def said_by_pdfsig(pdf, tmp_path):
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf)
    command = ["pdfsig", "-nocert", file]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"TZ": "UTC"}
    ).stdout


def verdict(pdf):
    """What pyHanko itself says of the file's only signature."""
    (embedded,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = list(load_certs_from_pemder_data(CERTIFICATE.encode()))
    trusted = ValidationContext(trust_roots=roots, moment=AT, best_signature_time=AT)
    return validate_pdf_signature(embedded, trusted)


def test_pdfsig_finds_the_whole_document_validly_signed(signed, tmp_path):
    said = said_by_pdfsig(signed, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "SHA-256" in said
    assert "Nov 20 2026 06:14:00" in said


def test_the_librarys_own_validation_trusts_it_with_the_certificate(signed):
    found = verdict(signed)
    assert found.bottom_line
    assert found.coverage.name == "ENTIRE_FILE"
    assert found.pkcs7_signature_mechanism == "sha256_ecdsa"


def test_a_changed_byte_breaks_it(signed, tmp_path):
    place = signed.index(b"/Author")
    changed = signed[: place + 12] + bytes([signed[place + 12] ^ 1]) + signed[place + 13 :]
    assert not verdict(changed).bottom_line
    assert "Digest Mismatch" in said_by_pdfsig(changed, tmp_path)


def test_the_letter_itself_is_the_same_bytes_with_the_signature_after_them(pdf, signed):
    assert signed.startswith(pdf)
    assert len(signed) - len(pdf) < 10_000


def test_off_the_letter_is_just_the_letter(session, app, at):
    letter = make.make_letter(at=at)
    kept = paper_of(letter, settings=app.config["SETTINGS"], at=at)
    assert kept.pdf == paper.render(content_of(letter))


def test_on_it_is_kept_signed_and_a_reprint_is_the_same(session, at):
    letter = make.make_letter(at=at)
    first = paper_of(letter, settings=settings(), at=at)
    session.commit()
    bytes_then, mark_then = first.pdf, first.sha256
    session.expire_all()
    again = paper_of(letter, settings=settings(), at=at + timedelta(days=9))
    assert (again.pdf, again.sha256) == (bytes_then, mark_then)
    assert verdict(again.pdf).intact


@pytest.mark.parametrize(
    "wrong",
    [
        {"pades_key": ""},
        {"pades_certificate": ""},
        {"pades_key": "no key"},
        {"pades_certificate": key_and_certificate()[1]},
    ],
    ids=["no key", "no certificate", "unreadable", "of another key"],
)
def test_half_a_setting_prints_nothing_rather_than_an_unsigned_letter(session, at, wrong):
    letter = make.make_letter(at=at)
    with pytest.raises(PadesMisconfigured):
        paper_of(letter, settings=settings(**wrong), at=at)
