"""Floor 3: what people see: Result, words in zh and en, numbers as text, tables, figures."""
