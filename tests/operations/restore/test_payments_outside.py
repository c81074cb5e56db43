"""Payment files that lie outside the books are seen whichever version wrote them: what they pay may have left."""

from pathlib import Path

import pytest

from operations.restore import outside
from tests.support.project import GOLDEN

WHOLE = b"<PstCd>123 45</PstCd><TwnNm>Exempelstad</TwnNm><Ctry>SE</Ctry>"


@pytest.mark.parametrize("name", ["pain001.xml", "pain001-danske-09.xml", "pain001-swedbank-03.xml"])
@pytest.mark.parametrize("address", [WHOLE, b"<Ctry>SE</Ctry>"], ids=["today's address", "earlier address"])
def test_a_file_of_any_version_of_ours_tells_whom_it_pays(tmp_path: Path, name: str, address: bytes) -> None:
    (tmp_path / "payments.xml").write_bytes((GOLDEN / name).read_bytes().replace(WHOLE, address))
    (tmp_path / "other.xml").write_bytes(b"<Document/>")
    (tmp_path / "statement.xml").write_bytes(
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt/></Document>'
    )
    (found,) = outside.payments([tmp_path])
    assert found.message_id == "RM30000001"
    assert set(found.accounts) == {"5999107", "9912346", "SE3550000000054910000003"}
