"""What is asked of the contract's lines, by subject: which ones, how many, how much.

They know no model of this room: ``actions.models`` makes one QuerySet of them all.
"""
