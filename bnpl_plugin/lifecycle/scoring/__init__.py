"""A scorecard from data: what each column of a CSV is, its rows, the points fitted to them, and how well they hold.

``columns`` (input, group, target or ignored; the allow-list) → ``sample`` (rows read strictly) → ``fitting`` (bins,
weights, whole points; a policy's document) → ``validation`` (how well it ranks and foretells on rows that it never
saw, how groups fare) with ``figures`` (the statistics) → ``telling`` (text) and ``chart`` (SVG).

For: training and validating away from live traffic; the libraries of the extra ``score`` are imported in ``fitting``
when first asked for, and the house itself never imports this room. May import: what ``lifecycle`` may. Floats live
here, in statistics alone: what leaves for a policy is whole points, what leaves for a report is rounded. Must never:
let a group column reach ``fitting``, write a file or a row before all is computed. Add a file here: a further step.
"""
