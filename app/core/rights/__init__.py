"""Who acts, what a person may do and which rows are within reach."""
