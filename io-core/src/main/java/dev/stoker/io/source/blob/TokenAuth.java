package dev.stoker.io.source.blob;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.HttpCall;
import dev.stoker.io.net.HttpOrigin;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token of an identity in Entra ID. Fetched anew in the background before it expires, so
 * that no request waits for it; requests wait only for the first one, or when a refresh has failed
 * for long.
 */
final class TokenAuth implements BlobAuth {
  /** Entra's tokens live for an hour or a day; this leaves time for many tries. */
  private static final Duration REFRESH_BEFORE = Duration.ofMinutes(10);

  /** A token is not sent in its last moments: clocks differ. */
  private static final Duration UNUSABLE_BEFORE = Duration.ofMinutes(1);

  /**
   * From one refresh to the next, whatever the first gave: neither a dead identity endpoint nor one
   * that gives short-lived tokens is hammered.
   */
  private static final Duration REST_AFTER_REFRESH = Duration.ofSeconds(20);

  private static final System.Logger LOG = System.getLogger(TokenAuth.class.getName());

  private final String identity;
  private final HttpOrigin allowed;
  private final TokenSource source;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile @Nullable AccessToken token;
  private volatile Instant restUntil = Instant.MIN;

  /**
   * @param allowed the account's own host: the token goes nowhere else
   */
  TokenAuth(
      String identity,
      HttpOrigin allowed,
      TokenSource source,
      @Nullable AccessToken first,
      Clock clock) {
    this.identity = identity;
    this.allowed = allowed;
    this.source = source;
    this.token = first;
    this.clock = clock;
  }

  @Override
  public HttpCall authorize(HttpCall call) {
    if (!call.origin().secure() || !call.origin().equals(allowed)) {
      throw new IoFailure.Denied(
          "Refused to send a token of "
              + identity
              + " to "
              + call.origin()
              + ": tokens go only to "
              + allowed
              + ".");
    }
    return call.with("Authorization", "Bearer " + current().value());
  }

  @Override
  public boolean mayBlock() {
    AccessToken present = token;
    return present == null || !clock.instant().isBefore(present.expires().minus(UNUSABLE_BEFORE));
  }

  private AccessToken current() {
    Instant now = clock.instant();
    AccessToken present = token;
    if (present != null && now.isBefore(present.expires().minus(UNUSABLE_BEFORE))) {
      if (isDue(present, now)) {
        refreshInBackground();
      }
      return present;
    }
    lock.lock();
    try {
      present = token;
      if (present == null || !now.isBefore(present.expires().minus(UNUSABLE_BEFORE))) {
        present = source.fetch();
        token = present;
      }
      return present;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue(@Nullable AccessToken present, Instant now) {
    return present != null
        && now.isAfter(present.expires().minus(REFRESH_BEFORE))
        && now.isAfter(restUntil);
  }

  private void refreshInBackground() {
    if (!refreshing.compareAndSet(false, true)) {
      return;
    }
    // Another refresh may have ended since the caller looked.
    if (!isDue(token, clock.instant())) {
      refreshing.set(false);
      return;
    }
    Thread.ofVirtual()
        .name("stoker-token")
        .start(
            () -> {
              try {
                token = source.fetch();
              } catch (IoFailure e) {
                LOG.log(System.Logger.Level.WARNING, "Cannot refresh a token: " + e.getMessage());
              } finally {
                restUntil = clock.instant().plus(REST_AFTER_REFRESH);
                refreshing.set(false);
              }
            });
  }

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public String toString() {
    return identity;
  }
}
