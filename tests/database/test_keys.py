"""County leads every key, so that the schema can be spread by county; codes compare byte by byte."""

from __future__ import annotations

from tests.database import catalog
from tests.database.catalog import Connection

# Numbers that are one for the whole prefecture by their meaning. A sharded database would give these to one node.
PREFECTURE_WIDE = {"log.entry_leaf_index on log.entry"}


def test_every_table_has_a_primary_key(superuser: Connection) -> None:
    assert catalog.tables_without_key(superuser) == []


def test_keys_and_exclusions_of_county_tables_lead_with_county(superuser: Connection) -> None:
    assert set(catalog.keys_without_county(superuser)) - PREFECTURE_WIDE == set()


def test_foreign_keys_between_county_tables_lead_with_county_on_both_sides(superuser: Connection) -> None:
    assert catalog.foreign_keys_without_county(superuser) == []


def test_codes_and_villages_compare_byte_by_byte(superuser: Connection) -> None:
    """In another collation a range over a code's prefix uses no index."""
    question = """SELECT format('%%s.%%s', ours.oid::regclass, c.attname) FROM ours JOIN column_of AS c
        ON c.attrelid = ours.oid JOIN pg_collation AS l ON l.oid = c.attcollation
        WHERE ours.kind IN ('r', 'p') AND c.atttypid = 'text'::regtype
          AND (c.attname IN ('village', 'code') OR c.attname LIKE '%%\\_code') AND l.collname <> 'C'"""
    assert catalog.ask(superuser, question) == []


def test_every_county_table_has_the_village_that_its_policy_asks_for(superuser: Connection) -> None:
    """The settlement window's tables ask for the division moved to, and its applications' village is where one comes from."""
    question = """SELECT ours.oid::regclass FROM ours
        WHERE ours.kind IN ('r', 'p')
          AND EXISTS (SELECT FROM column_of AS c WHERE c.attrelid = ours.oid AND c.attname = 'county')
          AND NOT EXISTS (SELECT FROM column_of AS c WHERE c.attrelid = ours.oid
              AND c.attname = CASE ours.schema WHEN 'settlement' THEN 'division' ELSE 'village' END)"""
    assert catalog.ask(superuser, question) == []
