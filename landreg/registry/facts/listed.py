"""How the members of a household, as a survey lists them, are related to its head."""

# The head by relation 02, or 01 where the list is told from the person.
RELATED = """
    (SELECT ARRAY[count(*), coalesce(nullif(count(*) FILTER (WHERE m.relation IN ('02', '2')), 0),
            count(*) FILTER (WHERE m.relation IN ('01', '1', '0'))), count(*) FILTER (WHERE m.relation IN ('10', '11', '12'))]
     FROM land.staged_member AS m WHERE m.county = {of}.county AND m.package_id = {of}.package_id
     AND m.household_code = {of}.household_code)
"""
"""Of a statement on staged rows `{of}`: members in all, heads, spouses of the head (`party.rules.Related`)."""
