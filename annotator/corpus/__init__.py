"""Work on annotated corpora other than annotating them: convert, validate, count and view."""
