"""One sheet for each self-assessment of the demo. All programs are fictional."""
