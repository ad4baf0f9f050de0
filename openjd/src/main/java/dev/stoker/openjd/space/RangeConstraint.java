package dev.stoker.openjd.space;

/** Which sets of integers may be one chunk. */
public enum RangeConstraint {
  /** A single interval without gaps, written {@code first-last} even for one value. */
  CONTIGUOUS,
  /** Any set of integers. */
  NONCONTIGUOUS
}
