package dev.stoker.openjd.param;

/** Whether a job reads or writes what a PATH parameter's value names. */
public enum DataFlow {
  NONE,
  IN,
  OUT,
  INOUT;

  public boolean isInput() {
    return this == IN || this == INOUT;
  }

  public boolean isOutput() {
    return this == OUT || this == INOUT;
  }
}
