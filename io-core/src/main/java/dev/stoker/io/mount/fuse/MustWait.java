package dev.stoker.io.mount.fuse;

/** The answer is not at hand, and this call may not wait for it. */
@SuppressWarnings("StaticAssignmentOfThrowable") // they have no stack that could mislead
public final class MustWait extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** There is no more to say. */
  public static final MustWait NOW = new MustWait();

  private MustWait() {
    super("must wait", null, false, false);
  }
}
