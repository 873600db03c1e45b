"""The same by REST: lists, records, steps, parts; every refusal in words."""
