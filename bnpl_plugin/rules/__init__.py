"""Leaves: the questions of a credit decision (constant ``RULE``) and the lender's appetite (constant ``POLICY``).

For: pure checks of ``ports.rule.Evidence``, the allow-list of inputs, and the policy that names the rules, gives
points and limits.
May import: ``ports`` and what lies below it.
Must never: import a neighbour or a framework, ask for the time, read a store, or look at anything beyond the evidence.
Add a file here: name the module like the rule's code; a finding carries the rule's code, its ``details`` are texts of
whole numbers or short words, and ``reason`` is the sentence that the shopper reads (English msgid, told again in
``REASON_TEXTS``, from which translators take it). Then name the code in a new version of the policy; a policy that
ever decided is never edited.
"""
