package dev.stoker.io.asset;

import org.jspecify.annotations.Nullable;

/**
 * How moving bytes can fail. The message is one sentence a wrangler can act on; it holds no
 * credential.
 *
 * <p>Whether another try may help is decided here and nowhere else.
 */
public sealed class IoFailure extends RuntimeException {

  private IoFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  public boolean retryable() {
    return false;
  }

  /** There is no such asset. */
  public static final class NotFound extends IoFailure {
    public NotFound(String message) {
      super(message, null);
    }
  }

  /** The origin knows us and refuses, or does not know us. */
  public static final class Denied extends IoFailure {
    public Denied(String message) {
      super(message, null);
    }
  }

  /** The asset is no longer the version that was pinned. */
  public static final class Changed extends IoFailure {
    public Changed(String message) {
      super(message, null);
    }
  }

  /**
   * A write's condition did not hold: the destination exists, changed, or the writer's fence is
   * gone.
   */
  public static final class Fenced extends IoFailure {
    public Fenced(String message) {
      super(message, null);
    }
  }

  /** The origin is busy, broken or out of reach. */
  public static final class Unavailable extends IoFailure {
    private final long retryAfterMillis;

    public Unavailable(String message, @Nullable Throwable cause) {
      this(message, cause, -1);
    }

    /**
     * @param retryAfterMillis how long the origin asked us to wait, or -1
     */
    public Unavailable(String message, @Nullable Throwable cause, long retryAfterMillis) {
      super(message, cause);
      this.retryAfterMillis = retryAfterMillis;
    }

    /** How long the origin asked us to wait, in milliseconds, or -1 when it did not say. */
    public long retryAfterMillis() {
      return retryAfterMillis;
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The wait was longer than its bound. */
  public static final class TimedOut extends IoFailure {
    public TimedOut(String message) {
      super(message, null);
    }
  }

  /** The bytes are not what their checksum, length or validator says. */
  public static final class Corrupt extends IoFailure {
    public Corrupt(String message) {
      super(message, null);
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** A local disk is full, read-only or failing. */
  public static final class Disk extends IoFailure {
    public Disk(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The request itself makes no sense: a URI that no source takes, a range past the end. */
  public static final class Invalid extends IoFailure {
    public Invalid(String message) {
      super(message, null);
    }
  }

  /** The caller gave up. */
  public static final class Canceled extends IoFailure {
    public Canceled(String message) {
      super(message, null);
    }
  }
}
