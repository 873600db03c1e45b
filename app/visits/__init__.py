"""The technician's phone: jobs, five steps, and what was done without a network (2.2, 2.4, 2.5)."""
