package dev.stoker.controller.client;

import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How far this machine's clock is from the controller's, by the {@code Date} of its answers (RFC
 * 9110, 6.6.1), which has whole seconds. Thread-safe.
 */
final class ServerClock {
  /** An answer that took longer says too little of when its date was written. */
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(2);

  private final Clock clock;
  private final AtomicReference<@Nullable Duration> ahead = new AtomicReference<>();

  ServerClock(Clock clock) {
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * Takes an answer in.
   *
   * @param sent when its request was sent, by this machine's clock
   */
  void heard(Instant sent, HttpResponse<?> response) {
    Duration took = Duration.between(sent, now());
    String date = response.headers().firstValue("Date").orElse("");
    if (date.isEmpty() || took.isNegative() || took.compareTo(LONGEST_ANSWER) > 0) {
      return;
    }
    try {
      Instant theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      ahead.set(Duration.between(theirs, sent));
    } catch (DateTimeException e) {
      // Something between us and the controller writes dates of its own.
    }
  }

  /** Positive when this machine is ahead; to about two seconds; empty before the first answer. */
  Optional<Duration> ahead() {
    return Optional.ofNullable(ahead.get());
  }
}
