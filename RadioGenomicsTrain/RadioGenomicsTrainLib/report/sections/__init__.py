"""The sections of the report in words, figures and tables; each is made from the record."""
