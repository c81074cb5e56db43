"""A proposal is made as quickly in the seventh year as in the first: what it asks of payments is found by supplier."""

from contextlib import closing

import pytest

from invoicing.payment import account_confirmation_store
from tests.support import plans
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import FYRBAKEN


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whether_a_payment_left_after_an_account_was_confirmed_is_found_by_supplier(
    database_url: str,
) -> None:
    with closing(migrated(database_url)) as database, database.reading() as session:
        (plan,) = plans.carried_out(
            session, lambda asked: account_confirmation_store.barred(asked, [FYRBAKEN])
        )
    assert any(
        "payment_item USING INDEX ix_payment_item_supplier (supplier=? AND state=?)" in step for step in plan
    ), plan
