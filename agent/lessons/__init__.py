"""What the models learn from, and what they are examined by: made people, days and faces."""
