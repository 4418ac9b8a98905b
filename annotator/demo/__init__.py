"""The page of `annotate demo`: a text or a file in, its entities in colour out, on this machine. Internal.

`models.py` loads what can be chosen, `answers.py` and `uploads.py` do what the page asks for, `render.py` writes HTML,
`page.py` puts the page together (with Gradio, and `page.css`), and `server.py` serves it.
"""
