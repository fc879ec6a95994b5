"""Read a file that someone sent, in a process of its own, and print its rows as JSON lines.

Run as ``python -m importation.extraction FILE NAME``, never inside the application: the parser of
workbooks is native code, and a file of a few kilobytes can make it ask for half a terabyte and
abort. Here it dies alone, within limits of memory and time. Macros aren't run and links to other
files aren't followed: nothing here can. No module here knows Django nor the domain.

One line per sheet (``{"feuille": nom, "fusions": […]}``: its merged cells, each its first row and
column, then its last; rows from 1 as shown, columns from 0), then its rows that aren't blank, a few
hundred a line (``[[numéro, [cellules]], …]``), then ``{"remarques": […]}``: what a person should
know of it, each with its row, what stands there and the sentence. Cells that JSON can't say are
objects:
``{"j": "2004-12-31"}`` a day, ``{"i": "…"}`` a cell that can't be read and why, ``{"v": 0.75,
"t": "75%", "u": "un pourcentage"}`` a number whose format shows something else, and why it isn't
euros. ``{"refus": "…"}``
ends a file that is refused.
"""
