"""Export of jobs to a file."""
