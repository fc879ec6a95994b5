"""The link to one's works, where there is a queue for them."""

from django import template

from travaux.taches import en_file

register = template.Library()
register.simple_tag(en_file, name="file_de_travaux")
