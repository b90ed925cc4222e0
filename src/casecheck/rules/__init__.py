"""Rules: what a rule file holds, how it is read, and how it becomes SQL."""
