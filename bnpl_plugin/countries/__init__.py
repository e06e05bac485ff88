"""Leaves: the law of one country each, as dated and sourced values (constant ``COUNTRY``).

For: the values, mandatory texts and the gate by which ``quotation`` refuses what the law forbids. What nobody has read
in a source is not here: it is named in ``required`` and stays missing until an operator supplies it, dated and sourced.
May import: ``ports`` and what lies below it; leaves of the Union's countries also ``eu_directive``, which is data only.
Must never: import another country or a framework, ask for the time, or state a value without its source.
Add a file here: name it by the country's ISO 3166 code in lower case. Every value says its unit, first day, source and
how sure it is (T rule text read, S secondary source, C background or conflict: kept for counsel, never used). A value
that changes gets an ``end`` and a successor; two may never hold on one day.
"""
