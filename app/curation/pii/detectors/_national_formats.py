"""How personal identity, tax and insurance numbers are written, and which rule of python-stdnum each must satisfy."""

from typing import NamedTuple


class Format(NamedTuple):
    """A rule of python-stdnum; a `certain` form needs no word nearby that says what the number is."""

    rule: str
    certain: bool


_CERTAIN = """
us.ssn: 999-99-9999
us.itin: 999-99-9999
es.dni: 99999999A, 99999999-A
es.nie: A9999999A, A-9999999-A
it.codicefiscale: AAAAAA99A99A999A
fr.nir: 999999999999999, 9 99 99 99 999 999 99, 99999A999999999
be.nn: 99.99.99-999.99
br.cpf: 999.999.999-99
se.personnummer: 999999-9999, 99999999-9999, 999999+9999
fi.hetu: 999999-999A, 999999-9999, 999999A999A, 999999A9999, 999999+999A
is_.kennitala: 999999-9999
no.fodselsnummer: 999999 99999
cz.rc: 999999/9999, 999999/999
th.pin: 9-9999-99999-99-9
cn.ric: 999999999999999999, 99999999999999999A
kr.rrn: 999999-9999999
in_.pan: AAAAA9999A
mx.curp: AAAA999999AAAAAA99, AAAA999999AAAAAAA9
cl.rut: 99.999.999-9, 99.999.999-A, 9.999.999-9, 9.999.999-A
ar.cuit: 99-99999999-9
ch.ssn: 999.9999.9999.99
my.nric: 999999-99-9999
pk.cnic: 99999-9999999-9
do.cedula: 999-9999999-9
"""
_WEAK = """
us.ssn: 999999999, 999 99 9999
us.itin: 999999999
gb.nhs: 999 999 9999, 9999999999, 999-999-9999
gb.utr: 9999999999
ca.sin: 999 999 999, 999-999-999, 999999999
au.tfn: 999 999 999, 999999999
nz.ird: 999-999-999, 99-999-999
ie.pps: 9999999A, 9999999AA
de.idnr: 99999999999, 99 999 999 999
at.vnr: 9999 999999, 9999999999
nl.bsn: 999999999, 9999.99.999
be.nn: 99999999999
br.cpf: 99999999999
dk.cpr: 999999-9999, 9999999999
no.fodselsnummer: 99999999999
se.personnummer: 9999999999, 999999999999
is_.kennitala: 9999999999
pl.pesel: 99999999999
pt.nif: 999999999, 999 999 999
ro.cnp: 9999999999999
bg.egn: 9999999999
cz.rc: 9999999999
ee.ik: 99999999999
lt.asmens: 99999999999
hr.oib: 99999999999
gr.amka: 99999999999
si.emso: 9999999999999
tr.tckimlik: 99999999999
il.idnr: 999999999
za.idnr: 9999999999999, 999999 9999 999
th.pin: 9999999999999
jp.in_: 999999999999, 9999 9999 9999, 9999-9999-9999
in_.aadhaar: 999999999999, 9999 9999 9999, 9999-9999-9999
id.nik: 9999999999999999
my.nric: 999999999999
kr.rrn: 9999999999999
mx.rfc: AAAA999999AAA, AAAA999999AA9, AAAA999999A99, AAAA9999999A9
cl.rut: 99999999-9, 99999999-A, 999999999
ar.cuit: 99999999999
ar.dni: 99.999.999, 99999999
ec.ci: 9999999999
ru.inn: 999999999999
ua.rntrc: 9999999999
"""


def _read(table: str, certain: bool, into: dict[str, list[Format]]) -> None:
    for line in table.split("\n")[1:-1]:
        rule, _, forms = line.partition(": ")
        for form in forms.split(", "):
            into.setdefault(form, []).append(Format(rule, certain))


def _formats() -> dict[str, list[Format]]:
    found: dict[str, list[Format]] = {}
    _read(_CERTAIN, True, found)
    _read(_WEAK, False, found)
    return found


FORMATS = _formats()
"""By written form: 9 is any digit, A any letter, all else stands for itself. Certain formats come first."""
