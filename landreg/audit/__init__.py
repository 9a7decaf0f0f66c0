"""The auditor's desk: figures, red flags, samples, findings and evidence. It reads the register and writes none of it."""
