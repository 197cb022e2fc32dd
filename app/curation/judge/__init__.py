"""A language model as a judge (G-Eval: Liu et al. 2023): criteria and steps in, a score with its spread out.

What it says is a measure among others. It is worth as much as it agrees with the experts of the dataset (`standing`).
"""
