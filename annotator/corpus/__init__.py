"""What can be done with annotated corpora besides annotating: convert, validate, count, view."""
