"""Text as it is said: numbers, dates, amounts, abbreviations and addresses as words, tied to what was written."""
