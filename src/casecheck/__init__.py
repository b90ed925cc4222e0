"""casecheck audits case-record extracts from children's social care."""
