"""From records of imports to a report: text, JSON, a page, other viewers' formats. Collects nothing."""
