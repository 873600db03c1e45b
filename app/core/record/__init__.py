"""What everything with a life has: its head, history, files, number, and the proof of them."""
